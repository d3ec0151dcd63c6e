//! What belongs to one thing, together.

use std::collections::HashMap;
use std::hash::Hash;

/// Pairs by their first half, each with its second halves in their order.
pub(crate) fn grouped<K: Eq + Hash, V>(pairs: impl IntoIterator<Item = (K, V)>) -> HashMap<K, Vec<V>> {
    let mut groups: HashMap<K, Vec<V>> = HashMap::new();
    for (key, value) in pairs {
        groups.entry(key).or_default().push(value);
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_its_values_in_their_order() {
        let groups = grouped([("b", 3), ("a", 1), ("b", 2), ("b", 3)]);
        assert_eq!(groups, HashMap::from([("a", vec![1]), ("b", vec![3, 2, 3])]));
        assert!(grouped::<&str, i64>([]).is_empty());
    }
}
