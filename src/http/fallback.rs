//! Fallback for requests without a handler: 405 with `Allow` if the path exists with another method, else 404. The paths
//! come from the generated contract.

use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};

use crate::error::Code;
use crate::error::Error;

/// Every path of the contract with its methods.
#[derive(Debug, Default)]
pub struct RouteTable(Vec<(Vec<String>, String)>);

impl RouteTable {
    pub fn from_contract(contract: &serde_json::Value) -> Self {
        let mut rows = Vec::new();
        if let Some(paths) = contract.get("paths").and_then(|p| p.as_object()) {
            for (path, item) in paths {
                let mut methods: Vec<String> =
                    item.as_object().into_iter().flatten().map(|(m, _)| m.to_ascii_uppercase()).collect();
                methods.sort();
                rows.push((path.split('/').map(str::to_owned).collect(), methods.join(", ")));
            }
        }
        Self(rows)
    }

    fn methods(&self, path: &str) -> Option<&str> {
        let asked: Vec<&str> = path.split('/').collect();
        let fits = |known: &[String]| {
            known.len() == asked.len()
                && known.iter().zip(&asked).all(|(k, a)| k == a || (k.starts_with('{') && !a.is_empty()))
        };
        self.0.iter().find(|(known, _)| fits(known)).map(|(_, methods)| methods.as_str())
    }
}

pub async fn unmatched(request: HttpRequest, routes: web::Data<RouteTable>) -> HttpResponse {
    match routes.methods(request.path()) {
        None => Error::new(Code::UNKNOWN_ROUTE).error_response(),
        Some(methods) => {
            let mut response = Error::new(Code::METHOD_NOT_ALLOWED).error_response();
            if let Ok(value) = HeaderValue::from_str(methods) {
                response.headers_mut().insert(ALLOW, value);
            }
            response
        }
    }
}
