//! What actix itself costs: a server without middleware, database or JSON that answers everything with one fixed body.

use std::net::SocketAddr;
use std::process::Command;

use actix_web::http::StatusCode;
use actix_web::{App, HttpResponse, HttpServer, web};

use crate::Fallible;
use crate::processes::{Running, await_answer, free_address};

pub const FLAG: &str = "--bare";

/// Arguments: address, status and bytes of the body.
pub fn serve(mut arguments: impl Iterator<Item = String>) -> Fallible {
    let mut next = || arguments.next().ok_or("an argument is missing");
    let address = next()?;
    let status = StatusCode::from_u16(next()?.parse()?)?;
    let body = web::Bytes::from("x".repeat(next()?.parse()?));
    let server = HttpServer::new(move || {
        let body = body.clone();
        App::new().default_service(web::to(move |_sent: web::Bytes| {
            let answer = HttpResponse::build(status).content_type("application/json").body(body.clone());
            std::future::ready(answer)
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
    pub fn start(answer_bytes: usize, status: u16) -> Fallible<Self> {
        let address = free_address()?;
        let child = Command::new(std::env::current_exe()?)
            .arg(FLAG)
            .args([address.to_string(), status.to_string(), answer_bytes.to_string()])
            .spawn()?;
        let running = Running(child);
        await_answer(address, "GET / HTTP/1.1\r\nhost: bench\r\n\r\n")?;
        Ok(Self { address, _running: running })
    }
}
