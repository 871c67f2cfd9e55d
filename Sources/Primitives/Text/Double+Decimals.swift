// Numbers in reports.

extension Double {
  /// The number with `digits` decimals.
  public func rounded(to digits: Int) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    guard isFinite, magnitude * scale < 1e18 else { return "\(self)" }
    let scaled = Int64((magnitude * scale).rounded())
    let whole = scaled / Int64(scale)
    let sign = self < 0 && scaled > 0 ? "-" : ""
    if digits == 0 { return "\(sign)\(whole)" }
    let rest = String(scaled % Int64(scale))
    return "\(sign)\(whole).\(String(repeating: "0", count: digits - rest.count))\(rest)"
  }
}
