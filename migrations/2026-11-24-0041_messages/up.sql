-- What reporters are told. The words are data; `ID` is the country, and a region may have words of its own.
create table message_templates (
    event text not null,
    channel text not null,
    region_code text collate "C" not null,
    text text not null,
    enabled boolean not null,
    version integer not null,
    updated_by text not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (event, channel, region_code)
);

create table messages (
    id uuid primary key,
    complaint_id uuid not null,
    region_code text collate "C" not null,
    event text not null,
    recipient text,
    words jsonb not null,
    channel text,
    text text,
    status text not null,
    attempts integer not null,
    next_attempt_at timestamptz not null,
    claimed_until timestamptz,
    gateway_reference text,
    sent_at timestamptz,
    delivered_at timestamptz,
    version integer not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
create index messages_by_complaint on messages (complaint_id, created_at, id);
create index messages_due on messages (next_attempt_at, id) where status = 'queued';
create index messages_to_forget on messages (created_at) where recipient is not null;

create table message_attempts (
    message_id uuid not null references messages (id) on delete cascade,
    id uuid not null,
    at timestamptz not null,
    outcome text not null,
    http_status integer,
    primary key (message_id, id)
);

create table message_receipts (
    message_id uuid not null references messages (id) on delete cascade,
    id uuid not null,
    at timestamptz not null,
    status text not null,
    reason text,
    received_at timestamptz not null,
    primary key (message_id, id)
);

insert into message_templates (event, channel, region_code, text, enabled, version, updated_by, created_at, updated_at)
select event, channel, 'ID', text, enabled, 1, 'system', now(), now()
from (values
    ('received', true, 'Bapak/Ibu {name}, pengaduan Anda telah kami terima dengan nomor {reference}. Simpan nomor ini untuk menanyakan perkembangannya. SLRT'),
    ('verified', true, 'Bapak/Ibu {name}, pengaduan {reference} telah kami periksa dan akan ditangani. SLRT'),
    ('question_asked', true, 'Bapak/Ibu {name}, untuk pengaduan {reference} kami memerlukan keterangan: {question} Mohon hubungi petugas SLRT atau Puskesos. SLRT'),
    ('referred', true, 'Bapak/Ibu {name}, pengaduan {reference} telah kami rujuk ke instansi yang dapat membantu. Kami kabari hasilnya. SLRT'),
    ('resolved', true, 'Bapak/Ibu {name}, jawaban atas pengaduan {reference}: {answer} SLRT'),
    ('closed', true, 'Bapak/Ibu {name}, pengaduan {reference} telah selesai dan ditutup. Terima kasih. SLRT'),
    ('rejected', true, 'Bapak/Ibu {name}, pengaduan {reference} belum dapat kami tindak lanjuti. Mohon hubungi petugas SLRT untuk penjelasan. SLRT'),
    ('transferred', true, 'Bapak/Ibu {name}, pengaduan {reference} kami alihkan ke wilayah yang berwenang. SLRT'),
    ('reopened', true, 'Bapak/Ibu {name}, pengaduan {reference} dibuka kembali dan akan kami tangani. SLRT'),
    ('duplicate', true, 'Bapak/Ibu {name}, pengaduan {reference} sama dengan pengaduan lain yang sudah kami tangani dan digabungkan. SLRT'),
    ('withdrawn', true, 'Bapak/Ibu {name}, pengaduan {reference} telah dicabut sesuai permintaan. SLRT')
) as words (event, enabled, text)
cross join (values ('sms'), ('whatsapp')) as channels (channel);
