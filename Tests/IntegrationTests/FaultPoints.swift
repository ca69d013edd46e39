import Foundation

/// The points of a run at which a test ends it.
///
/// Every third, from a random one on: a run of the binary for each would take minutes, and the tests that lose their session visit every
/// point. `RSSCTL_TEST_POINTS=all` visits each.
enum FaultPoints {
    /// From one point to the next; odd, so that what alternates by point does.
    static let stride = ProcessInfo.processInfo.environment["RSSCTL_TEST_POINTS"] == "all" ? 1 : 3

    /// How many points are left out before the first.
    static let first = Int.random(in: 0..<stride)
}
