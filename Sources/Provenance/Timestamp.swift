import Glibc

/// Points in time as data: recorded, never part of an identity or of a result.
package enum Timestamp {
  /// The time now in UTC with milliseconds, as RFC 3339 writes it: "2025-06-01T12:34:56.789Z".
  package static func now() -> String {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return text(seconds: time.tv_sec, milliseconds: time.tv_nsec / 1_000_000)
  }

  /// The text of a time since 1970-01-01T00:00:00Z, whatever the locale and time zone of the process.
  package static func text(seconds: Int, milliseconds: Int) -> String {
    let (day, second) = seconds.quotientAndRemainder(dividingBy: 86400)
    let (year, month, dayOfMonth) = civil(daysSinceEpoch: day)
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(dayOfMonth, 2))T"
      + "\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))"
      + ".\(padded(milliseconds, 3))Z"
  }

  /// Year, month and day of the Gregorian calendar, by Hinnant's `civil_from_days` (for days from 0 on).
  private static func civil(daysSinceEpoch: Int) -> (year: Int, month: Int, day: Int) {
    // Years begin in March here, so that the leap day is the last of its year; eras have 400 years.
    let days = daysSinceEpoch + 719_468
    let era = days / 146_097
    let dayOfEra = days % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (
      yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month,
      dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    )
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
  }
}
