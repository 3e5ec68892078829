//! Request context, read before routing: trace id, and the language of the response.

use actix_web::dev::ServiceRequest;
use actix_web::http::header;
use actix_web::{HttpMessage, HttpRequest};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Id,
    En,
}

#[derive(Debug, Clone)]
pub struct RequestContext {
    /// 32 hex digits: the caller's W3C trace id, or a new one.
    pub trace_id: String,
    pub language: Language,
}

impl RequestContext {
    pub fn read(request: &ServiceRequest) -> Self {
        let text = |name: &str| request.headers().get(name).and_then(|v| v.to_str().ok());
        Self {
            trace_id: text("traceparent")
                .and_then(trace_id_of)
                .map_or_else(crate::telemetry::new_trace_id, str::to_owned),
            language: text(header::ACCEPT_LANGUAGE.as_str()).map_or(Language::Id, preferred),
        }
    }

    pub fn of(request: &HttpRequest) -> Self {
        request
            .extensions()
            .get::<Self>()
            .cloned()
            .unwrap_or_else(|| Self { trace_id: "0".repeat(32), language: Language::Id })
    }
}

fn trace_id_of(traceparent: &str) -> Option<&str> {
    let mut parts = traceparent.split('-');
    let (_version, trace) = (parts.next()?, parts.next()?);
    let hex = |s: &str| s.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    (trace.len() == 32 && hex(trace) && trace.bytes().any(|b| b != b'0')).then_some(trace)
}

/// Indonesian, unless English has the higher weight in `Accept-Language`.
pub fn preferred(accept_language: &str) -> Language {
    let mut best = (Language::Id, 0.0_f32);
    for item in accept_language.split(',') {
        let mut parts = item.split(';');
        let tag = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
        let weight = parts.find_map(|p| p.trim().strip_prefix("q=")).map_or(1.0, |q| q.parse::<f32>().unwrap_or(0.0));
        let language = match tag.split('-').next().unwrap_or_default() {
            "en" => Language::En,
            "id" | "*" => Language::Id,
            _ => continue,
        };
        if weight > best.1 {
            best = (language, weight);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_with_the_highest_weight_wins() {
        assert_eq!(preferred("en"), Language::En);
        assert_eq!(preferred("id-ID, en;q=0.8"), Language::Id);
        assert_eq!(preferred("id;q=0.3, en-GB;q=0.9"), Language::En);
        assert_eq!(preferred("fr, de"), Language::Id);
        assert_eq!(preferred("en;q=0"), Language::Id);
    }

    #[test]
    fn only_a_well_formed_trace_id_is_accepted() {
        let id = "0af7651916cd43dd8448eb211c80319c";
        assert_eq!(trace_id_of(&format!("00-{id}-b7ad6b7169203331-01")), Some(id));
        assert_eq!(trace_id_of("00-00000000000000000000000000000000-b7ad6b7169203331-01"), None);
        assert_eq!(trace_id_of("00-<script>-b7ad6b7169203331-01"), None);
    }
}
