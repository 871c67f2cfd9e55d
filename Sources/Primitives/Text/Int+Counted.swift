// Numbers of things, in words for people.

extension Int {
  /// `1 node`, `3 nodes`. Pass `several` for a noun with an irregular plural.
  public func counted(_ noun: String, several: String? = nil) -> String {
    "\(self) \(self == 1 ? noun : several ?? noun + "s")"
  }
}
