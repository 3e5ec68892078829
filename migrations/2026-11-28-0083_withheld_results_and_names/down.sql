-- What was taken out of kept results is not known any more, and names are entered by whichever release runs.
select 1;
