// Which resource a path names, and which methods it has.

import API
import HTTP
import Primitives
import Testing

@Suite struct RouteTests {
  private func find(_ path: String) -> (route: Route, id: String) {
    let bytes = Array("x\(path)x".utf8)
    let (route, id) = unsafe Route.find(ByteRange(1, bytes.count - 1), in: bytes.span.bytes)
    return (route, String(decoding: bytes[id.indices], as: UTF8.self))
  }

  @Test func everyTemplateFindsItsRoute() {
    for route in Route.allCases where route != .unknown {
      let path = "\(route.template)".replacingID(with: "abc")
      #expect(find(path).route == route)
      #expect(find(path).id == ("\(route.template)".utf8.contains(UInt8(ascii: "{")) ? "abc" : ""))
    }
  }

  @Test(arguments: [
    "", "/", "/v1", "/v1/", "/v1/session", "/v1/sessions/a/", "/v1/sessions/a/b",
    "/v1/sessions/a/touch/", "/v1/sessions/a/touch/b", "/v1/sessions/a/Touch", "/V1/sessions",
    "/v1/touches/", "/livez/", "/livezx", "/live", "/metrics/x", "/openapi.yml", "//livez",
    "/v1//sessions/a",
  ]) func otherPathsNameNothing(_ path: String) {
    #expect(find(path).route == .unknown)
    #expect(find(path).id == "")
  }

  @Test func anEmptyIDIsStillASessionsPath() {
    #expect(find("/v1/sessions/").route == .session)
    #expect(find("/v1/sessions//touch").route == .touch)
  }

  @Test func theMethodsOfARouteAreThoseThatAllowLists() {
    let methods: [(HTTP.Method, String)] = [
      (.get, "GET"), (.head, "HEAD"), (.post, "POST"), (.put, "PUT"), (.delete, "DELETE"),
      (.options, "OPTIONS"), (.patch, "PATCH"), (.trace, "TRACE"), (.connect, "CONNECT"),
    ]
    for route in Route.allCases {
      let allowed = "\(route.allow)".split(separator: ", ").map(String.init)
      for (method, name) in methods {
        #expect(route.has(method) == allowed.contains(name), "\(name) \(route.template)")
      }
      #expect(!route.has(.other))
    }
  }

  @Test func operatorsRoutesNeedNoToken() {
    let open: [Route] = [.livez, .readyz, .health, .metrics, .contract, .version]
    for route in Route.allCases { #expect(route.isOperators == open.contains(route)) }
  }
}

extension String {
  /// The template with an id in its place.
  fileprivate func replacingID(with id: String) -> String {
    guard let open = firstIndex(of: "{"), let close = firstIndex(of: "}") else { return self }
    return self[..<open] + id + self[index(after: close)...]
  }
}
