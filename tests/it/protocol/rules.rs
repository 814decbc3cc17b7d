//! Rule sets: the Danish one by hand, the Swedish one, and one of a third country.

mod fut;
mod fut_more;
mod hvo;
mod hvo_bundle;
mod hvo_patch;
mod hvo_whole;
mod third;
