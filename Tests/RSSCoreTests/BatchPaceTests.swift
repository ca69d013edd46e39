import RSSCore
import Testing

@Suite struct BatchPaceTests {
    @Test(arguments: [
        // Half as long as it may: twice the size. Twice as long: half of it. In between in proportion.
        (50, 10, 2000), (200, 10, 500), (80, 10, 1250), (100, 10, 1000),
        // One that waited changes no more than one that is somewhat slow.
        (60_000, 10, 500), (0, 10, 2000),
        // Too many rows count as too long.
        (10, 40_000, 500), (10, 16_000, 1250),
    ])
    func `the size follows time and rows, within a factor of two`(milliseconds: Int, rows: Int, size: Int) {
        var pace = BatchPace(size: 1000, bounds: 1...100_000, aim: .milliseconds(100), rows: 20_000)
        pace.adapt(took: .milliseconds(milliseconds), rows: rows)
        #expect(pace.size == size)
    }

    @Test func `the size stays within its bounds`() {
        var pace = BatchPace(size: 1, bounds: 100...5000, aim: .milliseconds(40))
        #expect(pace.size == 100)
        for _ in 0..<20 { pace.adapt(took: .milliseconds(1), rows: 1) }
        #expect(pace.size == 5000)
        for _ in 0..<20 { pace.adapt(took: .seconds(1), rows: 1) }
        #expect(pace.size == 100)
    }

    @Test func `a fixed size stays`() {
        var pace = BatchPace(fixed: 777)
        pace.adapt(took: .seconds(100), rows: 1_000_000)
        #expect(pace.size == 777)
    }
}
