// The Date field's value, computed once a second rather than once per response. One per worker;
// each tick sets its time. The calendar is computed here: the C library would read time zone files
// and take a lock.

public import Primitives

/// The time as HTTP writes it: `Sun, 06 Nov 1994 08:49:37 GMT` (IMF-fixdate; RFC 9110 §5.6.7).
public struct DateClock: ~Copyable {
  /// How many bytes a date has.
  public static var length: Int { 29 }

  private var text: InlineArray<29, UInt8>
  private var second: Int64

  /// A clock that shows `time`.
  public init(_ time: UnixTime) {
    text = InlineArray(repeating: Octet.space)
    second = Self.second(of: time)
    write()
  }

  /// The 29 bytes of the date.
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    get { unsafe text.span.bytes }
  }

  /// Sets the clock. The text is computed only when the second changes.
  public mutating func set(_ time: UnixTime) {
    let now = Self.second(of: time)
    if now == second { return }
    second = now
    write()
  }

  /// Seconds since 1970, rounded down. Times outside the years 1970 to 9999, which the format
  /// cannot show or no clock says, become the nearest time within.
  private static func second(of time: UnixTime) -> Int64 {
    min(max(time.milliseconds / 1000, 0), 253_402_300_799)
  }

  private mutating func write() {
    let days = Int(second / 86400)
    let rest = Int(second % 86400)
    let (year, month, day) = Self.civil(days)
    // 1970 began on a Thursday.
    put("ThuFriSatSunMonTueWed", (days % 7) * 3, 3, at: 0)
    text[3] = UInt8(ascii: ",")
    put(decimal: day, at: 5)
    put("JanFebMarAprMayJunJulAugSepOctNovDec", (month - 1) * 3, 3, at: 8)
    put(decimal: year / 100, at: 12)
    put(decimal: year % 100, at: 14)
    put(decimal: rest / 3600, at: 17)
    text[19] = UInt8(ascii: ":")
    put(decimal: rest / 60 % 60, at: 20)
    text[22] = UInt8(ascii: ":")
    put(decimal: rest % 60, at: 23)
    put("GMT", 0, 3, at: 26)
  }

  private mutating func put(_ names: StaticString, _ from: Int, _ count: Int, at place: Int) {
    precondition(from + count <= names.utf8CodeUnitCount, "the names hold the asked for bytes")
    for offset in 0..<count { text[place + offset] = unsafe names.utf8Start[from + offset] }
  }

  private mutating func put(decimal number: Int, at place: Int) {
    text[place] = UInt8(truncatingIfNeeded: 48 + number / 10)
    text[place + 1] = UInt8(truncatingIfNeeded: 48 + number % 10)
  }

  /// Year, month (1 to 12) and day (1 to 31), by the Gregorian calendar, of a day counted from
  /// 1970-01-01. The calculation starts years in March, so that a leap day is its year's last day.
  static func civil(_ days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468  // days since 0000-03-01
    let era = shifted / 146_097  // of 400 years
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day)
  }
}
