//! The caller of a request. `Caller<ComplaintsSubmit>` as the first parameter of a handler answers 401 and 403 before the body
//! is read.

use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use uuid::Uuid;

use super::permission::{Permission, Permissions, Requires};
use super::tokens::TokenFault;
use crate::error::Code;
use crate::error::Error;
use crate::regions::RegionScope;

crate::text_enum! {
    /// Purpose of an access to personal data. It is stored in the access record, which the data subject can request.
    pub enum AccessPurpose {
        ServiceDelivery = "service_delivery": "Pemberian layanan" / "Delivering a service",
        EligibilityCheck = "eligibility_check": "Pemeriksaan kelayakan" / "Checking eligibility",
        ComplaintHandling = "complaint_handling": "Penanganan pengaduan" / "Handling a complaint",
        Referral = "referral": "Rujukan" / "Referral",
        Verification = "verification": "Verifikasi data" / "Verifying data",
        SubjectRequest = "subject_request": "Permintaan subjek data" / "Request of the data subject",
        Supervision = "supervision": "Pengawasan" / "Supervision",
        LegalClaim = "legal_claim": "Tuntutan hukum" / "Legal claim",
        Emergency = "emergency": "Keadaan darurat" / "Emergency",
    }
}

/// The acting client, and the officer whom it has named, if any.
#[derive(Debug, Clone)]
pub struct Actor {
    pub client_id: String,
    /// Id of the officer, or of the client if it has not named an officer.
    pub subject: String,
    pub organization_id: Option<Uuid>,
    pub scope: RegionScope,
    pub permissions: Permissions,
    pub roles: Vec<String>,
}

impl Actor {
    /// The service itself, for actions that follow from a caller's action.
    pub fn system() -> Self {
        Self {
            client_id: "system".to_owned(),
            subject: "system".to_owned(),
            organization_id: None,
            scope: RegionScope::everything(crate::regions::Unscoped::FollowUpOfScopedAction),
            permissions: Permissions::default(),
            roles: Vec::new(),
        }
    }

    pub fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(permission)
    }

    /// Checks a permission that the request needs in addition to that of its operation.
    pub fn require(&self, permission: Permission) -> Result<(), Error> {
        if self.may(permission) { Ok(()) } else { Err(Error::about(Code::INSUFFICIENT_SCOPE, permission.as_str())) }
    }
}

/// The outcome that the middleware stores on each request.
pub type Authentication = Result<Arc<Actor>, TokenFault>;

pub struct Caller<P> {
    actor: Arc<Actor>,
    purpose: Option<Result<AccessPurpose, ()>>,
    permission: PhantomData<P>,
}

impl<P> Caller<P> {
    pub fn actor(&self) -> Arc<Actor> {
        self.actor.clone()
    }

    /// The purpose if the response may show personal data unmasked. A token with `pii:reveal` must state one.
    pub fn reveal(&self) -> Result<Option<AccessPurpose>, Error> {
        if !self.actor.may(crate::auth::permissions::PII_REVEAL) {
            return Ok(None);
        }
        match self.purpose {
            Some(Ok(purpose)) => Ok(Some(purpose)),
            _ => Err(Error::new(Code::PURPOSE_REQUIRED)),
        }
    }

    /// The stated purpose, independent of `pii:reveal`.
    pub fn purpose(&self) -> Result<Option<AccessPurpose>, Error> {
        match self.purpose {
            None => Ok(None),
            Some(Ok(purpose)) => Ok(Some(purpose)),
            Some(Err(())) => Err(Error::new(Code::PURPOSE_REQUIRED)),
        }
    }

    /// Like `reveal`, where personal data is secondary: it is shown only if a purpose is stated.
    pub fn reveal_if_asked(&self) -> Result<Option<AccessPurpose>, Error> {
        if self.purpose.is_some() { self.reveal() } else { Ok(None) }
    }
}

impl<P> Deref for Caller<P> {
    type Target = Actor;

    fn deref(&self) -> &Actor {
        &self.actor
    }
}

impl<P: Requires> FromRequest for Caller<P> {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let authentication = request.extensions().get::<Authentication>().cloned();
        ready(match authentication {
            Some(Ok(actor)) if actor.may(P::PERMISSION) => Ok(Self {
                actor,
                purpose: request
                    .headers()
                    .get("access-purpose")
                    .map(|v| v.to_str().ok().and_then(|v| v.parse().ok()).ok_or(())),
                permission: PhantomData,
            }),
            Some(Ok(_)) => Err(Error::about(Code::INSUFFICIENT_SCOPE, P::PERMISSION.as_str())),
            Some(Err(fault)) => {
                tracing::debug!(%fault, "unauthenticated");
                Err(Error::new(Code::INVALID_TOKEN))
            }
            None => Err(Error::internal("the authentication middleware is not installed")),
        })
    }
}

/// Caller of a public endpoint; `None` without a valid token.
pub struct OptionalCaller(Option<Arc<Actor>>);

impl OptionalCaller {
    pub fn actor(&self) -> Option<&Actor> {
        self.0.as_deref()
    }
}

impl FromRequest for OptionalCaller {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let authentication = request.extensions().get::<Authentication>().cloned();
        ready(Ok(Self(authentication.and_then(Result::ok))))
    }
}
