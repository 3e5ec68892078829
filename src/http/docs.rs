//! Pages for people: the contract in Swagger UI and one page for each problem, under a strict content policy.

use std::sync::Arc;

use actix_web::http::header::{self, ContentType};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{SecondsFormat, TimeDelta};
use utoipa_swagger_ui::Config;

use super::request_context::{Language, RequestContext};
use crate::clock::Clock;
use crate::error::Code;
use crate::error::Error;

/// Scripts only from here; Swagger UI sets styles on elements and draws its icons from data URLs.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route("/", web::get().to(root))
        .route("/docs", web::get().to(docs_root))
        .route("/docs/{file:.*}", web::get().to(docs_file))
        .route("/.well-known/security.txt", web::get().to(security_txt))
        .route("/problems/{code}", web::get().to(problem_page));
}

/// Whom to tell of a weakness; set by the operator.
pub struct SecurityContact(pub Option<String>);

/// RFC 9116. It must name a day after which it is stale: a year ahead, since it is written at each reading.
async fn security_txt(contact: web::Data<SecurityContact>, clock: web::Data<Clock>) -> Result<HttpResponse, Error> {
    let contact = contact.0.as_ref().ok_or_else(|| Error::new(Code::UNKNOWN_ROUTE))?;
    let expires = (clock.now() + TimeDelta::days(365)).to_rfc3339_opts(SecondsFormat::Secs, true);
    let text = format!("Contact: {contact}\nExpires: {expires}\nPreferred-Languages: id, en\n");
    Ok(HttpResponse::Ok().content_type(ContentType::plaintext()).body(text))
}

async fn root() -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, "/docs/")).finish()
}

async fn docs_root() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((header::LOCATION, "/docs/")).finish()
}

/// What Swagger UI does not offer: a sign-in that names the officer.
const SIGN_IN: &str = include_str!("sign_in.js");

async fn docs_file(file: web::Path<String>) -> Result<HttpResponse, Error> {
    match file.as_str() {
        "sign-in.js" => Ok(docs_answer("text/javascript; charset=utf-8", SIGN_IN.as_bytes().to_vec())),
        "" | "index.html" => {
            let (content_type, bytes) = swagger_file("index.html")?;
            let page = String::from_utf8_lossy(&bytes)
                .replace("</body>", "<script src=\"./sign-in.js\" charset=\"UTF-8\"></script>\n</body>");
            Ok(docs_answer(&content_type, page.into_bytes()))
        }
        name => {
            let (content_type, bytes) = swagger_file(name)?;
            Ok(docs_answer(&content_type, bytes))
        }
    }
}

/// A file of Swagger UI: operations folded, a box that filters by tag.
fn swagger_file(name: &str) -> Result<(String, Vec<u8>), Error> {
    let config = Config::from("/v1/openapi.json")
        .doc_expansion("none")
        .filter(true)
        .default_models_expand_depth(0)
        .try_it_out_enabled(true)
        .persist_authorization(false);
    let found = utoipa_swagger_ui::serve(name, Arc::new(config)).map_err(|e| Error::internal(e.to_string()))?;
    let file = found.ok_or_else(|| Error::new(Code::UNKNOWN_ROUTE))?;
    Ok((file.content_type, file.bytes.into_owned()))
}

fn docs_answer(content_type: &str, bytes: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(content_type)
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::CACHE_CONTROL, "public, max-age=3600"))
        .body(bytes)
}

async fn problem_page(request: HttpRequest, name: web::Path<String>) -> Result<HttpResponse, Error> {
    let code = Code::find(&name).ok_or_else(|| Error::new(Code::UNKNOWN_ROUTE))?;
    let row = code.row();
    let language = RequestContext::of(&request).language;
    let (tag, title, detail, back) = match language {
        Language::Id => ("id", row.title.id, row.detail.id, "Kembali ke dokumentasi"),
        Language::En => ("en", row.title.en, row.detail.en, "Back to the documentation"),
    };
    let detail = detail.replace("{}", "…");
    let page = format!(
        "<!doctype html><html lang=\"{tag}\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{title}</title><style>body{{font:1.1rem/1.6 system-ui,sans-serif;\
         max-width:40rem;margin:4rem auto;padding:0 1rem;color:#1b1b1b}}code{{background:#eee;padding:.1em .3em}}\
         </style><h1>{title}</h1><p>{detail}<p><code>{}</code> · HTTP {}<p><a href=\"/docs/\">{back}</a></html>",
        code.as_str(),
        row.status
    );
    Ok(HttpResponse::Ok()
        .content_type(ContentType::html())
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::CACHE_CONTROL, "public, max-age=3600"))
        .insert_header((header::VARY, "Accept-Language"))
        .body(page))
}
