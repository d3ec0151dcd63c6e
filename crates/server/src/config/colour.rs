//! Colours, and whether text in one can be read on another (WCAG 2.2, 1.4.3).

/// Red, green, blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Colour([u8; 3]);

/// The least contrast of text, times a hundred.
pub(crate) const READABLE: u32 = 450;

/// What pages are in light, and in dark: their cards and their soft parts, on which links stand.
pub(crate) const GROUNDS: [[Colour; 3]; 2] = [
    [Colour([0xfb, 0xfa, 0xf7]), Colour([0xff, 0xff, 0xff]), Colour([0xe8, 0xf0, 0xef])],
    [Colour([0x14, 0x19, 0x1b]), Colour([0x1b, 0x22, 0x24]), Colour([0x22, 0x30, 0x32])],
];

impl Colour {
    /// Reads `#rrggbb`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|d| d.len() == 6 && d.bytes().all(|b| b.is_ascii_hexdigit()))?;
        let pair = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
        Some(Self([pair(0)?, pair(2)?, pair(4)?]))
    }

    /// How bright it is, from 0 to 1.
    fn luminance(self) -> f64 {
        let part = |value: u8| {
            let c = f64::from(value) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        let Self([red, green, blue]) = self;
        0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue)
    }

    /// How well one is read on the other: from 1 to 21.
    pub(crate) fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// Whether text in one can be read on the other.
    pub(crate) fn is_read_on(self, other: Self) -> bool {
        self.contrast(other) * 100.0 >= f64::from(READABLE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colour(text: &str) -> Colour {
        Colour::parse(text).unwrap()
    }

    #[test]
    fn a_colour_is_six_digits() {
        assert_eq!(Colour::parse("#0f5C63"), Some(Colour([0x0f, 0x5c, 0x63])));
        for bad in ["", "#", "0f5c63", "#0f5c6", "#0f5c633", "#0f5c6g", "#0f5c6é", "red", "#fff;}*{"] {
            assert_eq!(Colour::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        for (one, other, expected) in [
            ("#000000", "#ffffff", 21.0),
            ("#ffffff", "#ffffff", 1.0),
            ("#777777", "#ffffff", 4.478),
            ("#767676", "#ffffff", 4.542),
        ] {
            let found = colour(one).contrast(colour(other));
            assert!((found - expected).abs() < 0.005, "{one} on {other}: {found}");
        }
        assert!(colour("#767676").is_read_on(colour("#ffffff")) && !colour("#777777").is_read_on(colour("#ffffff")));
    }

    #[test]
    fn the_grounds_are_those_of_the_style_sheet() {
        let style = include_str!("../../static/portal.css");
        for (ground, name) in GROUNDS.iter().flatten().zip(["paper", "card", "soft"].iter().cycle()) {
            let Colour([red, green, blue]) = ground;
            let line = format!("--{name}: #{red:02x}{green:02x}{blue:02x};");
            assert!(style.contains(&line), "portal.css has no longer {line}");
        }
    }
}
