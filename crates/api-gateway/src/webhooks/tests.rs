mod dialects;
mod input;
mod played;
mod routes;
