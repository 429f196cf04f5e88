mod http;
mod name_server;
mod notation;
mod rebinding;
