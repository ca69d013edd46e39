@testable import Console
import RSSModel
import Synchronization
import Testing

@Suite struct ProgressTests {
    /// A clock that a test turns.
    final class Clock: Sendable {
        private let seconds = Mutex(0.0)
        var now: Double { seconds.withLock { $0 } }
        func advance(_ step: Double) { seconds.withLock { $0 += step } }
    }

    private func run(isTTY: Bool, verbosity: Verbosity = .normal, width: Int = 100) throws -> String {
        let (console, _, error) = Console.inMemory(isTTY: isTTY, width: width, verbosity: verbosity)
        let clock = Clock()
        let progress = ProgressRenderer(console, now: { clock.now })
        progress.handle(.phase("Copying rows", total: 1_000_000, unit: .rows))
        for step in 1...1000 {
            clock.advance(0.0625)
            progress.handle(.advanced(to: Int64(step) * 1000, rejected: step > 500 ? 12 : 0))
            if step == 400 { progress.handle(.note("partition \u{1B}made")) }
            if step == 600 { progress.handle(.warning("disk is nearly full")) }
        }
        progress.handle(.finished)
        progress.handle(.note("done"))
        return error.text
    }

    @Test func `a live line is redrawn ten times a second and wiped before other lines`() throws {
        let text = try run(isTTY: true)
        let frames = text.split(separator: "\r\u{1B}[K")
        #expect(frames.count > 490 && frames.count < 510)
        #expect(frames[0] == "Copying rows  [░░░░░░░░░░░░░░░░░░░░]    0%  0/1,000,000 rows")
        let middle = frames.first { $0.contains(" 50%") }
        #expect(
            middle?.hasPrefix("Copying rows  [██████████░░░░░░░░░░]   50%  50") == true
                && middle?.contains("/1,000,000 rows  16,000/s  ETA 32 s") == true)
        #expect(frames.contains { $0.hasPrefix("partition ␛made\nCopying rows") })
        #expect(
            frames.contains {
                $0.hasPrefix("warning: disk is nearly full\nCopying rows") && $0.hasSuffix("12 rejected")
            })
        #expect(text.hasSuffix("\r\u{1B}[Kdone\n"))
    }

    @Test func `a live line never reaches the last column`() throws {
        for width in [10, 20, 30, 40, 60, 80] {
            let frames = try run(isTTY: true, width: width).split(separator: "\r\u{1B}[K")
            for line in frames.flatMap({ $0.split(separator: "\n") }) where line.hasPrefix("Copy") {
                #expect(DisplayWidth.of(line) < width)
            }
        }
    }

    @Test func `off a terminal nothing is shown but notes and warnings`() throws {
        #expect(try run(isTTY: false) == "partition ␛made\nwarning: disk is nearly full\ndone\n")
    }

    @Test func `off a terminal verbose shows a line every 30 seconds`() throws {
        #expect(
            try run(isTTY: false, verbosity: .verbose) == """
                partition ␛made
                Copying rows: 48%, 480,000/1,000,000 rows, 16,000/s, ETA 33 s, 30 s so far
                warning: disk is nearly full
                Copying rows: 96%, 960,000/1,000,000 rows, 16,000/s, ETA 3 s, 12 rejected, 1 min so far
                done

                """)
    }

    @Test(arguments: [true, false]) func `quiet leaves the warnings`(isTTY: Bool) throws {
        #expect(try run(isTTY: isTTY, verbosity: .quiet) == "warning: disk is nearly full\n")
    }

    @Test func `as JSON each event is a line, and counts come four times a second at most`() throws {
        let (console, output, error) = Console.inMemory(isTTY: true, width: 80, verbosity: .normal)
        let clock = Clock()
        let progress = ProgressRenderer(console, .json, now: { clock.now })
        progress.handle(.phase("index t", total: 1000, unit: .share))
        for step in 1...100 {
            clock.advance(0.1)
            progress.handle(.advanced(to: Int64(step) * 10, rejected: 0))
        }
        progress.handle(.note("wait\u{1B}s\nfor"))
        progress.handle(.finished)
        let lines = error.text.split(separator: "\n").map(String.init)
        #expect(output.text.isEmpty && !error.text.contains("\u{1B}"))
        #expect(lines.count > 30 && lines.count < 45)
        #expect(lines.allSatisfy { $0.hasPrefix("{\"at\":\"") && $0.hasSuffix("}") })
        #expect(lines[0].contains("\"event\":\"phase\",\"phase\":\"index t\",\"total\":1000,\"unit\":\"share\""))
        #expect(lines[10].contains("\"remaining\":") && lines[10].contains("\"event\":\"advanced\""))
        #expect(lines.last?.contains("\"event\":\"finished\",\"phase\":\"index t\"") == true)
    }

    @Test(arguments: [ProgressManner.none, .plain]) func `asked for no live line, there is none`(manner: ProgressManner)
    {
        let (console, _, error) = Console.inMemory(isTTY: true, width: 80, verbosity: .normal)
        let clock = Clock()
        let progress = ProgressRenderer(console, manner, now: { clock.now })
        progress.handle(.phase("x", total: 10, unit: .rows))
        clock.advance(31)
        progress.handle(.advanced(to: 5, rejected: 0))
        progress.handle(.finished)
        #expect(error.text.isEmpty == (manner == .none) && !error.text.contains("\r"))
    }

    @Test func `the rate follows a change within seconds, without jumping`() {
        var rate = RateEstimator(at: 0)
        #expect(rate.perSecond == nil)
        for step in 1...100 { rate.record(Int64(step * 100), at: Double(step) * 0.1) }
        #expect(abs((rate.perSecond ?? 0) - 1000) < 1)
        rate.record(10_000, at: 10.1)
        #expect((rate.perSecond ?? 0) > 950)
        rate.record(10_000, at: 40)
        #expect((rate.perSecond ?? 0) < 10)
    }

    @Test func `a rate that nothing confirms falls, and the time to go with it grows`() {
        var state = ProgressState(phase: "Importing", total: 200_000, unit: .rows, at: 0)
        state.advance(to: 18_000, rejected: 0, at: 0.1)
        // What was read ahead in the first moments is no rate.
        #expect(state.parts(at: 0.2).rate == nil && state.remaining(at: 0.2) == nil)
        #expect(state.parts(at: 1).rate != nil && state.remaining(at: 1) != nil)
        let later = state.parts(at: 3)
        #expect(later.rate != state.parts(at: 1).rate && state.remaining(at: 3) ?? 0 > (state.remaining(at: 1) ?? 0))
        // With a batch every two seconds, the rate stays known between two of them.
        for step in 1...10 { state.advance(to: Int64(18_000 + step * 18_000), rejected: 0, at: 0.1 + Double(step) * 2) }
        #expect(state.parts(at: 21.5).rate == state.parts(at: 20.2).rate)
    }

    @Test func `a phase that counts nothing yet shows no count, and its time after three seconds`() {
        let state = ProgressState(phase: "write rejects", total: nil, unit: .steps, at: 0)
        #expect(ProgressLine.text(state.parts(at: 1), width: 80) == "write rejects")
        #expect(ProgressLine.text(state.parts(at: 4), width: 80) == "write rejects  4 s")
    }

    @Test func `an unknown total shows counts without percent`() {
        var state = ProgressState(phase: "Scanning", total: nil, unit: .bytes, at: 0)
        state.advance(to: 2048, rejected: 0, at: 1)
        #expect(ProgressLine.text(state.parts(at: 1), width: 80) == "Scanning  2.0 KB  2.0 KB/s")
    }
}
