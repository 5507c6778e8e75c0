-- What a deployment was like, every ten seconds: what the advice of forecasts is judged by.
create table scaling_steps (deployment varchar(128) not null, at bigint not null, wanted int not null, ready int not null, advised int, demand double precision, lead_ms bigint, primary key (deployment, at));
