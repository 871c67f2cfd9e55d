// `--access-log`: one line for each request. A worker collects the lines of a tick and leaves them
// in its lane at the end of the tick, or sooner if they are many. Lines name routes, never ids.

import Primitives

/// Where one worker leaves its lines, and their format.
struct AccessLane: Sendable {
  let lane: LogLane
  fileprivate let format: AccessLine.Format

  init(_ lane: LogLane, _ format: AccessLine.Format) {
    self.lane = lane
    self.format = format
  }
}

/// The lines of one worker's tick.
struct AccessLines: ~Copyable {
  private let target: AccessLane
  private var lines = ByteBuffer()
  private var count = 0
  private var clock = LineClock()

  init(_ target: AccessLane) { self.target = target }

  /// Adds the line of an answered request.
  mutating func add(_ line: AccessLine, at time: UnixTime) {
    line.append(to: &lines, target.format, at: time, &clock)
    count += 1
    // A tick may answer thousands.
    if lines.count >= LogLane.limit / 8 { leave() }
  }

  /// Leaves the tick's lines in the lane.
  mutating func leave() {
    guard count > 0 else { return }
    target.lane.leave(lines.bytes, count: count)
    lines.clear()
    count = 0
  }
}
