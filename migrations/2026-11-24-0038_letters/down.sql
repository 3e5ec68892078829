drop table recommendation_letters;
