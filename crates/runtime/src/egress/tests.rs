mod http;
mod notation;
