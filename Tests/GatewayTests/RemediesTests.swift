// What an operator reads about a connection that failed.

import Reactor
import Settings
import Testing

@testable import ClusterStore
@testable import Gateway

@Suite("Remedies")
struct RemediesTests {
  private static let transport: [TransportFault] = [
    .refused, .reset, .closed, .timedOut, .unreachable(1), .system(1), .tls(.certificateExpired),
    .tls(.certificateNotYetValid), .tls(.unknownAuthority), .tls(.nameMismatch),
    .tls(.wrongPurpose), .tls(.badCertificate(23)), .tls(.certificateMissing), .tls(.alert(48)),
    .tls(.protocolVersion), .tls(.noSharedCipher), .tls(.noApplicationProtocol), .tls(.notTLS),
    .tls(.unruly), .tls(.other(1)),
  ]
  private static let link: [LinkFault] =
    [
      .silent, .slowConnect, .slowHandshake, .slowGreeting, .brokenProtocol, .demoted, .closed,
      .noGreeting, .noMemory, .unknownHost, .noNameService,
    ] + ErrorKind.allCases.map(LinkFault.refused) + transport.map(LinkFault.init)

  @Test("They name settings that there are", arguments: link)
  func settings(_ fault: LinkFault) {
    for flag in fault.detail.matches(of: /--[a-z-]+/).map({ String($0.0) }) {
      #expect(SettingDefinition.all.contains { $0.flag == flag }, "\(fault.detail)")
    }
  }

  @Test("They are clauses behind what happened, and the code stays as it is", arguments: transport)
  func clauses(_ fault: TransportFault) {
    #expect(fault.remedy.first?.isLowercase == true && !fault.remedy.hasSuffix("."))
    let link = LinkFault(fault)
    #expect(link.code == fault.code && link.detail == "\(fault); \(fault.remedy)")
  }

  @Test("A refused greeting has the code of what is to be done")
  func refusals() {
    let codes: [ErrorKind: String] = [
      .wrongpass: "credentials", .noauth: "credentials", .noperm: "permission",
      .loading: "loading", .busy: "busy",
    ]
    for kind in ErrorKind.allCases {
      #expect(LinkFault.refused(kind).code == codes[kind] ?? "greeting")
    }
    #expect(LinkFault.refused(.noauth).detail.hasSuffix("check --redis-user and the password"))
  }
}
