import Primitives
import Reactor
import Testing

@testable import Doctor

@Suite("The gateway's own side")
struct GatewayTests {
  private func findings(_ change: (inout Facts) -> Void) -> [Finding] {
    var facts = Facts(now: Recorded.now, descriptors: (1_000, 2_000))
    change(&facts)
    return Examination(facts).findings
  }

  @Test("Descriptors that are too few are a warning with the number that is needed")
  func descriptors() {
    let few = findings { $0.descriptors = (16_410, 1_024) }
    #expect(few[0].verdict == .warn)
    #expect(few[0].detail == "16,410 at most, 1,024 allowed")
    #expect(few[0].remedy?.contains("LimitNOFILE=16410") == true)
    #expect(findings { $0.descriptors = (5, 5) }[0].verdict == .ok)
  }

  @Test(
    "Days that are left of a certificate",
    arguments: [(31, Verdict.ok), (30, .ok), (29, .warn), (0, .warn), (-1, .fail), (-400, .fail)])
  func certificates(days: Int, verdict: Verdict) {
    let life = Examination.life(.tls, days: days, of: "it", nodes: [], remedy: "new")
    #expect(life.verdict == verdict)
    #expect(life.detail.contains(abs(days) == 1 ? "1 day ago" : "\(abs(days)) days"))
  }

  @Test("Part of a day is none, and a second ago is past")
  func days() {
    let now = UnixTime(milliseconds: 1_795_608_000_007)
    func days(_ seconds: Int64) -> Int {
      now.days(until: UnixTime(milliseconds: now.milliseconds + seconds * 1_000))
    }
    #expect(days(86_399) == 0 && days(86_400) == 1 && days(0) == 0)
    #expect(days(-1) == -1 && days(-86_400) == -1 && days(-86_401) == -2)
  }

  @Test("A certificate that cannot be read fails, with its setting")
  func brokenFile() {
    let fault = TLSSettingsFault.keyMismatch("a.key", "a.crt")
    let found = findings {
      $0.certificates = [CertificateFacts(setting: "--tls-cert", content: .failure(fault))]
    }
    #expect(found[1].verdict == .fail && found[1].detail.hasPrefix("--tls-cert: the key in a.key"))
    #expect(found[1].remedy == "Name the key that the certificate was issued for.")
  }

  @Test("Tokens")
  func tokens() {
    let read = findings { $0.tokens = .read(tokens: 3, namespaces: ["blog", "shop"]) }
    #expect(read[1].verdict == .ok && read[1].detail == "3 tokens, 2 namespaces")
    let single = findings { $0.tokens = .read(tokens: 1, namespaces: ["shop"]) }
    #expect(single[1].detail == "1 token, 1 namespace")
    let mistaken = findings { $0.tokens = .mistaken("line 3: no", count: 4) }
    #expect(mistaken[1].verdict == .fail)
    #expect(mistaken[1].detail == "line 3: no, and 3 more mistakes")
  }

  @Test("A store in memory that is larger than the machine")
  func embedded() {
    #expect(findings { $0.memory = (limit: 256 << 20, machine: 8 << 30) }[1].verdict == .ok)
    #expect(findings { $0.memory = (limit: 7 << 30, machine: 8 << 30) }[1].verdict == .warn)
    #expect(findings { $0.memory = (limit: 7 << 30, machine: 0) }[1].verdict == .ok)
  }
}
