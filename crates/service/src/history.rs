//! What the audit lines tell, put together: the only home of rebuilding anything from its events (EXP-02).

pub(crate) mod fold;
pub(crate) mod grants;
pub(crate) mod organisations;
pub(crate) mod stream;
