### Sizes, speeds, times and prices. Units stand after numbers as the user is used to them.

# $part, $whole: sizes, such as "900 kB" and "3.9 GB".
units-size-of = { $part } of { $whole }
units-rate = { $size }/s

## Times

units-seconds = { NUMBER($seconds) } s
units-minutes = { NUMBER($minutes) } min
units-minutes-seconds = { NUMBER($minutes) } min { NUMBER($seconds) } s
units-hours = { NUMBER($hours) } h
units-hours-minutes = { NUMBER($hours) } h { NUMBER($minutes) } min
units-left = { $time } left
units-estimating = estimating…
# $time: such as "2026-11-28 16:04", $offset: such as "+08:00".
units-time-at-offset = { $time } (UTC{ $offset })

## Days, such as "28 November" this year and "28 November 2025" otherwise

units-month = { $month ->
        [1] January
        [2] February
        [3] March
        [4] April
        [5] May
        [6] June
        [7] July
        [8] August
        [9] September
        [10] October
        [11] November
       *[12] December
    }
units-day = { NUMBER($day) } { $month }
units-day-and-year = { NUMBER($day) } { $month } { $year }

## Pictures, in pixels

units-picture-size = { $width } × { $height }

## Storage costs

# $dollars: an amount, such as "0.12".
units-monthly-cost = ≈ ${ $dollars } a month
units-monthly-cost-none = $0.00 a month
units-monthly-cost-low = less than $0.01 a month
units-daily-cost = ≈ ${ $dollars } a day
units-daily-cost-none = $0.00 a day
units-daily-cost-low = less than $0.01 a day
