//! Positions of headers and rows in the list, in points from its top.

#[cfg(test)]
mod tests;

use crate::app::list::{BatchGroup, List};
use crate::ui::theme::size;

/// Geometry of a list, in which all headers are equally high, and all rows.
#[derive(Clone, Copy)]
pub struct Geometry<'a> {
    headers: &'a [BatchGroup],
    entries: usize,
}

impl<'a> Geometry<'a> {
    pub fn of(list: &'a List) -> Self {
        Self {
            headers: list.headers(),
            entries: list.entries(),
        }
    }

    /// Returns the height of the header that lies over the first rows in view.
    pub fn header_height(&self) -> f32 {
        match self.headers {
            [] => 0.0,
            _ => size::HEADER,
        }
    }

    /// Returns the top of the entry at this place; that of the last but one is the list's height.
    pub fn top(&self, place: usize) -> f32 {
        let headers = self.headers.partition_point(|group| group.header() < place);
        headers as f32 * size::HEADER + (place - headers) as f32 * size::ROW
    }

    /// Returns the height of the whole list.
    pub fn height(&self) -> f32 {
        self.top(self.entries)
    }

    /// Returns the place of the entry at this height, or the nearest.
    pub fn place(&self, y: f32) -> usize {
        let rows = |points: f32| (points / size::ROW).max(0.0) as usize;
        let place = match self.group(y) {
            None => rows(y),
            Some(group) => match y - group_top(group) {
                within if within < size::HEADER => group.header(),
                within => group.header() + 1 + rows(within - size::HEADER),
            },
        };
        place.min(self.entries.saturating_sub(1))
    }

    /// Returns the header of the rows at this height with its top: it stays in view until the next
    /// one pushes it out.
    pub fn sticky_header(&self, y: f32) -> Option<(usize, f32)> {
        let group = self.group(y)?;
        let end = self.headers.get(group.place + 1);
        let end = end.map_or_else(|| self.height(), group_top);
        let top = y.min(end - size::HEADER).max(group_top(group));
        Some((group.header(), top))
    }

    fn group(&self, y: f32) -> Option<&'a BatchGroup> {
        let until = self.headers.partition_point(|group| group_top(group) <= y);
        self.headers.get(until.saturating_sub(1))
    }
}

fn group_top(group: &BatchGroup) -> f32 {
    group.place as f32 * size::HEADER + group.first as f32 * size::ROW
}
