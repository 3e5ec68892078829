//! Opens a connection to the server. The hosts of the URL are tried in order until one fits.

use std::io;
use std::path::Path;

use diesel::{ConnectionError, ConnectionResult};
use diesel_async::AsyncPgConnection;
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};
use tokio_postgres::{Client, Config, NoTls, SimpleQueryMessage};

use super::sqlstate::Verbose;

const PORT: u16 = 5432;

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// A connection whose error messages begin with the SQLSTATE: see `sqlstate`.
pub async fn connect(url: &str) -> ConnectionResult<AsyncPgConnection> {
    let config: Config = url.parse().map_err(|e| ConnectionError::InvalidConnectionUrl(describe(&e)))?;
    if config.get_ssl_mode() == SslMode::Require {
        return Err(ConnectionError::InvalidConnectionUrl("sslmode=require is not supported".to_owned()));
    }
    let hosts = config.get_hosts().len().max(config.get_hostaddrs().len());
    let mut fault = "the URL names no host".to_owned();
    for at in 0..hosts {
        match open(&config, at).await {
            Ok(client) => return AsyncPgConnection::try_from(client).await,
            Err(error) => fault = error,
        }
    }
    Err(ConnectionError::BadConnection(fault))
}

async fn open(config: &Config, at: usize) -> Result<Client, String> {
    let dialled = dial(config, at);
    let stream = match config.get_connect_timeout() {
        Some(limit) => {
            tokio::time::timeout(*limit, dialled).await.map_err(|_| "the connection timed out".to_owned())?
        }
        None => dialled.await,
    };
    let stream = stream.map_err(|e| e.to_string())?;
    let (client, connection) = config.connect_raw(Verbose::new(stream), NoTls).await.map_err(|e| describe(&e))?;
    // The task ends with the client. If the connection breaks, the client's statements fail.
    tokio::spawn(connection);
    let wanted = match config.get_target_session_attrs() {
        TargetSessionAttrs::ReadWrite => "off",
        TargetSessionAttrs::ReadOnly => "on",
        _ => return Ok(client),
    };
    let answer = client.simple_query("show transaction_read_only").await.map_err(|e| describe(&e))?;
    let fits = answer.iter().any(|part| matches!(part, SimpleQueryMessage::Row(row) if row.get(0) == Some(wanted)));
    if fits { Ok(client) } else { Err("the server is not one that target_session_attrs asks for".to_owned()) }
}

async fn dial(config: &Config, at: usize) -> io::Result<Box<dyn Stream>> {
    let ports = config.get_ports();
    let port = ports.get(at).or(ports.first()).copied().unwrap_or(PORT);
    let stream = match (config.get_hostaddrs().get(at), config.get_hosts().get(at)) {
        (Some(address), _) => TcpStream::connect((*address, port)).await?,
        (None, Some(Host::Tcp(name))) => TcpStream::connect((name.as_str(), port)).await?,
        (None, Some(Host::Unix(folder))) => {
            return Ok(Box::new(UnixStream::connect(Path::new(folder).join(format!(".s.PGSQL.{port}"))).await?));
        }
        (None, None) => return Err(io::ErrorKind::InvalidInput.into()),
    };
    stream.set_nodelay(true)?;
    if config.get_keepalives() {
        let mut keepalive = TcpKeepalive::new().with_time(config.get_keepalives_idle());
        if let Some(interval) = config.get_keepalives_interval() {
            keepalive = keepalive.with_interval(interval);
        }
        SockRef::from(&stream).set_tcp_keepalive(&keepalive)?;
    }
    Ok(Box::new(stream))
}

/// An error with its causes: the library's own message names only the attempted step.
fn describe(error: &tokio_postgres::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
