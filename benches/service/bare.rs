//! The cost of actix alone: a server without middleware, database and JSON, which answers every request with one fixed body.

use std::net::SocketAddr;
use std::process::Command;

use actix_web::http::StatusCode;
use actix_web::{App, HttpResponse, HttpServer, web};

use crate::Fallible;
use crate::processes::{Running, free_address, wait_until_ready};

pub const FLAG: &str = "--bare";

/// Arguments: address, status and bytes of the body.
pub fn serve(mut arguments: impl Iterator<Item = String>) -> Fallible {
    let mut next = || arguments.next().ok_or("missing argument");
    let address = next()?;
    let status = StatusCode::from_u16(next()?.parse()?)?;
    let body = web::Bytes::from("x".repeat(next()?.parse()?));
    let server = HttpServer::new(move || {
        let body = body.clone();
        App::new().default_service(web::to(move |_sent: web::Bytes| {
            let response = HttpResponse::build(status).content_type("application/json").body(body.clone());
            std::future::ready(response)
        }))
    });
    let server = server.workers(crate::THREADS).bind(address)?;
    Ok(actix_web::rt::System::new().block_on(server.run())?)
}

pub struct Bare {
    pub address: SocketAddr,
    _running: Running,
}

impl Bare {
    pub fn start(response_bytes: usize, status: u16) -> Fallible<Self> {
        let address = free_address()?;
        let child = Command::new(std::env::current_exe()?)
            .arg(FLAG)
            .args([address.to_string(), status.to_string(), response_bytes.to_string()])
            .spawn()?;
        let running = Running(child);
        wait_until_ready(address, "GET / HTTP/1.1\r\nhost: bench\r\n\r\n")?;
        Ok(Self { address, _running: running })
    }
}
