import Foundation
import RSSCore
import Testing

/// The library that makes a program believe in another time of day, built once for all tests by the compiler that built them.
private enum WrongClock {
    static let library = Task {
        let path = "\(FileManager.default.temporaryDirectory.path)/rssctl-wrong-clock-\(UUID().uuidString).so"
        let compiler = Subprocess(
            executable: "/usr/bin/env",
            arguments: [
                "clang", "-shared", "-fPIC", "-o", path, "\(ServerLostTests.root)/Tests/Support/Scripts/wrong_clock.c",
                "-ldl",
            ])
        let status = try await compiler.finish(
            try compiler.start(output: "/dev/null", errors: "/dev/null"), within: .seconds(60))
        try #require(status == 0)
        return path
    }
}

/// The variables of a machine whose clock is that many days off; durations are not changed.
func wrongClock(days: Int) async throws -> [String: String] {
    days == 0 ? [:] : try await clock(offBy: days * 86_400)
}

/// The variables of a machine whose clock shows a moment now, and goes on from there.
func clock(at moment: Date) async throws -> [String: String] {
    try await clock(offBy: Int(moment.timeIntervalSinceNow.rounded()))
}

private func clock(offBy seconds: Int) async throws -> [String: String] {
    ["LD_PRELOAD": try await WrongClock.library.value, "WRONG_CLOCK": "\(seconds)"]
}
