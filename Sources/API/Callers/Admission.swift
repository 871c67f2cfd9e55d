import Sessions

/// Who a request's caller is, and whether it may do what it asks for.
struct Admission {
  /// The caller's namespace; the first one if the caller is unknown.
  var namespace = NamespaceIndex(0)
  /// The caller's number, for `CallerTable.name(of:)`; 0 if it is unknown or needs no token.
  var caller: UInt16 = 0
  /// Why the caller is refused; nil when the request is admitted.
  var problem: Problem?
}
