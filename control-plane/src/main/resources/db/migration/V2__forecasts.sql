-- Forecasts that decisions were made from, each once; seq is the newest journal entry that needs it.
create table forecasts (hash varchar(64) primary key, seq bigint not null, body text not null);
create index forecasts_seq on forecasts (seq);
