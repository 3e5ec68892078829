drop table registry_proposal_windows;
drop table open_registry_proposals;
drop table registry_proposals;
