//! What the decoder says about calls whose registers and memory are made up here.
