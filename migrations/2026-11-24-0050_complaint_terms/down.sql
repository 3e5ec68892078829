delete from complaint_terms where region_code <> 'ID';
alter table complaint_terms drop column source, drop column set_by;
