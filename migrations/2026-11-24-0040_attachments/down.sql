drop table attachment_parts;
drop table attachments;
