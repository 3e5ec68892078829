drop table message_receipts;
drop table message_attempts;
drop table messages;
drop table message_templates;
