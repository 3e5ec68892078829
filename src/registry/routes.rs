//! The registry's endpoints, room by room.

use utoipa_actix_web::service_config::ServiceConfig;

use super::{identity, institutions, people, welfare};

pub fn configure(config: &mut ServiceConfig) {
    people::routes::configure(config);
    identity::routes::configure(config);
    institutions::routes::configure(config);
    welfare::routes::configure(config);
}
