-- Operators' word that what a GUARDED class of actions asks for may be done until then.
create table approvals (id varchar(64) primary key, owner varchar(128) not null, action_class varchar(16) not null, deployment varchar(128), expires_at bigint not null);
