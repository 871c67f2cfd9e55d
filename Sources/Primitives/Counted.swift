// Numbers of things, as people are told them.

extension Int {
  /// `1 node`, `3 nodes`; a noun whose plural is another word has it for `several`.
  public func counted(_ noun: String, several: String? = nil) -> String {
    "\(self) \(self == 1 ? noun : several ?? noun + "s")"
  }
}
