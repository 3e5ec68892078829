//! A small seeded random generator (SplitMix64), the same on every platform.

pub(super) struct Draw(u64);

impl Draw {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, bound: u32) -> u32 {
        (((self.next() >> 32) * u64::from(bound)) >> 32) as u32
    }

    pub fn index(&mut self, length: usize) -> usize {
        self.below(length as u32) as usize
    }

    /// Inclusive at both ends.
    pub fn between(&mut self, low: i32, high: i32) -> i32 {
        low + self.below(low.abs_diff(high) + 1) as i32
    }

    pub fn chance(&mut self, per_mille: u32) -> bool {
        self.below(1000) < per_mille
    }

    pub fn pick(&mut self, words: &[&'static str]) -> &'static str {
        let index = self.index(words.len());
        words.get(index).copied().unwrap_or_default()
    }

    pub fn weighted<T: Copy + Default>(&mut self, choices: &[(u32, T)]) -> T {
        let mut remaining = self.below(choices.iter().map(|(weight, _)| weight).sum());
        for (weight, choice) in choices {
            match remaining.checked_sub(*weight) {
                Some(rest) => remaining = rest,
                None => return *choice,
            }
        }
        T::default()
    }
}
