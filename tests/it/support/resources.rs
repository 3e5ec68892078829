//! Photos for tests, their announcements, and other resources of a complaint.

use serde_json::{Value, json};

use super::World;

/// A photo of 64 by 48 pixels with a GPS position, as a telephone creates it.
pub fn photo() -> Vec<u8> {
    let segment = |marker: u8, content: &[u8]| {
        let length = u16::try_from(content.len() + 2).expect("a short segment").to_be_bytes();
        [&[0xff, marker], &length[..], content].concat()
    };
    [
        &[0xff, 0xd8][..],
        &segment(0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"),
        &segment(0xe1, b"Exif\0\0MM\0*\0\0\0\x08\0\0 GPS -6.91 107.61 Kamera X"),
        &segment(0xc0, &[8, 0, 48, 0, 64, 1, 1, 0x11, 0]),
        &segment(0xda, &[1, 1, 0, 0, 63, 0]),
        &[0x5a; 300],
        &[0xff, 0xd9],
    ]
    .concat()
}

/// The announcement of an attachment with this content.
pub fn announcement(parent: Value, media_type: &str, bytes: &[u8]) -> Value {
    let sha256: String = slrt::http::json::sha256(bytes).iter().map(|b| format!("{b:02x}")).collect();
    json!({ "parent": parent, "kind": "photo_house", "media_type": media_type, "size": bytes.len(), "sha256": sha256 })
}

impl World {
    /// A tablet of this officer in the default village.
    pub async fn device(&self, officer: &str) -> String {
        let row = slrt::auth::clients::StaffRow {
            id: officer.to_owned(),
            organization_id: super::world::organization("slrt-bandung"),
            name: "Fasilitator Contoh".to_owned(),
            roles: vec!["facilitator".to_owned()],
            regions: vec!["32.04".to_owned()],
            created_at: self.server.shared.clock.now(),
            disabled_at: None,
        };
        slrt::auth::clients::insert_staff(&mut self.server.connection().await, &row).await.expect("an officer");
        let admin = self.server.session("admin", None, &["32.04"], &[slrt::slices::permissions::ACCESS_ADMIN]);
        let body = json!({ "label": "Tablet 1", "staff_id": officer, "village_codes": [super::world::VILLAGE] });
        let made = admin.post("/v1/devices", body).await.expect(201);
        made["id"].as_str().expect("an id").to_owned()
    }

    pub async fn visit(&self, complaint: &str) -> String {
        let body = json!({ "region_code": super::world::VILLAGE, "complaint_id": complaint, "result": "met" });
        let made = self.front.post("/v1/visits", body).await.expect(201);
        made["id"].as_str().expect("an id").to_owned()
    }

    /// The first message to the reporter of a complaint.
    pub async fn message_about(&self, complaint: &str) -> String {
        let messages = self.front.get(&format!("/v1/complaints/{complaint}/messages")).await.expect(200);
        messages["items"][0]["id"].as_str().expect("an id").to_owned()
    }

    /// A photo on a complaint, announced without content.
    pub async fn attachment(&self, complaint: &str) -> String {
        let body = announcement(json!({ "kind": "complaint", "id": complaint }), "image/jpeg", &photo());
        let made = self.front.post("/v1/attachments", body).await.expect(201);
        made["id"].as_str().expect("an id").to_owned()
    }
}
