drop table eligibility_objections;
