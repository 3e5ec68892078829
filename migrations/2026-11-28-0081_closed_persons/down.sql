drop index persons_closed;
