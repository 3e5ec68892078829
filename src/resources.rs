//! Process-wide state of the slices, found by type: caches, stores, policies, quotas. The composition root adds each once at the
//! start; no lower module names the type.

use std::any::{Any, TypeId, type_name};
use std::collections::HashMap;
use std::sync::Arc;

use actix_web::web;

use crate::error::Error;

type Stored = Arc<dyn Any + Send + Sync>;

#[derive(Clone)]
struct Resource {
    value: Stored,
    /// Adds the value to an application, where handlers take it as `web::Data<T>`.
    install: fn(&Stored, &mut web::ServiceConfig),
}

/// Clones share the same values.
#[derive(Clone, Default)]
pub struct Resources(HashMap<TypeId, Resource>);

impl Resources {
    /// Adds a value, or replaces the one of the same type.
    #[must_use]
    pub fn with<T: Send + Sync + 'static>(self, value: T) -> Self {
        self.with_shared(Arc::new(value))
    }

    #[must_use]
    pub fn with_shared<T: Send + Sync + 'static>(mut self, value: Arc<T>) -> Self {
        let resource = Resource { value, install: install::<T> };
        self.0.insert(TypeId::of::<T>(), resource);
        self
    }

    pub fn get<T: Send + Sync + 'static>(&self) -> Result<Arc<T>, Error> {
        self.0
            .get(&TypeId::of::<T>())
            .and_then(|resource| Arc::clone(&resource.value).downcast().ok())
            .ok_or_else(|| Error::internal(format!("the composition root has no {}", type_name::<T>())))
    }

    /// Makes every value available to the handlers of an application.
    pub fn install(&self, config: &mut web::ServiceConfig) {
        for resource in self.0.values() {
            (resource.install)(&resource.value, config);
        }
    }
}

fn install<T: Send + Sync + 'static>(value: &Stored, config: &mut web::ServiceConfig) {
    if let Ok(value) = Arc::clone(value).downcast::<T>() {
        config.app_data(web::Data::from(value));
    }
}
