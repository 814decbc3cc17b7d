mod bench;
mod engine;
mod simulation;
