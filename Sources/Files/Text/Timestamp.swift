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

  /// The seconds from 1970-01-01T00:00:00Z to a time that ``text(seconds:milliseconds:)`` has written; nil for other text.
  package static func seconds(of text: String) -> Int? {
    let digits = text.utf8.filter { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
    guard text.utf8.count == 24, digits.count == 17 else { return nil }
    func number(_ range: Range<Int>) -> Int {
      digits[range].reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }
    let (year, month, day) = (number(0..<4), number(4..<6), number(6..<8))
    guard year >= 1970, 1...12 ~= month else { return nil }
    // Hinnant's `days_from_civil`, the inverse of `civil_from_days`.
    let marchYear = month > 2 ? year : year - 1
    let era = marchYear / 400
    let yearOfEra = marchYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    let seconds =
      (era * 146_097 + dayOfEra - 719_468) * 86400
      + number(8..<10) * 3600 + number(10..<12) * 60 + number(12..<14)
    // Days, hours and separators that do not exist do not come back.
    return self.text(seconds: seconds, milliseconds: number(14..<17)) == text ? seconds : nil
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
