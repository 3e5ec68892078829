//! Middleware that reads the token of every request and stores the outcome on the request. It never refuses a request; the
//! handler decides whether it needs a caller.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::AUTHORIZATION;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};

use super::caller::Authentication;
use super::tokens::{TokenFault, Tokens};
use crate::clock::Clock;

pub async fn authenticate(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let outcome = outcome(&request).await;
    request.extensions_mut().insert::<Authentication>(outcome);
    next.call(request).await
}

async fn outcome(request: &ServiceRequest) -> Authentication {
    let Some(header) = request.headers().get(AUTHORIZATION) else {
        return Err(TokenFault::Missing);
    };
    let text = header.to_str().map_err(|_| TokenFault::NotBearer)?;
    let (scheme, token) = text.split_once(' ').ok_or(TokenFault::NotBearer)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(TokenFault::NotBearer);
    }
    let (Some(tokens), Some(clock)) = (request.app_data::<web::Data<Tokens>>(), request.app_data::<web::Data<Clock>>())
    else {
        return Err(TokenFault::Missing);
    };
    tokens.verify(token.trim(), clock.now()).await
}
