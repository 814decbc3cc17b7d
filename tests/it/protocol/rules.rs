//! Rule sets: the Danish one by hand, the Swedish one, and one of a third country.

mod fut;
mod hvo;
mod hvo_bundle;
mod third;
