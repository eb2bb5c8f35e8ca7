// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// Past rates of a rail that are not settled yet, oldest first.
library RateQueue {
    struct Segment {
        uint256 rate;
        /// The last epoch paid at `rate`.
        uint256 untilEpoch;
    }

    struct Queue {
        uint256 head;
        Segment[] segments;
    }

    function push(Queue storage queue, uint256 rate, uint256 untilEpoch) internal {
        queue.segments.push(Segment(rate, untilEpoch));
    }

    function pop(Queue storage queue) internal {
        delete queue.segments[queue.head];
        queue.head += 1;
        if (queue.head == queue.segments.length) {
            delete queue.segments;
            queue.head = 0;
        }
    }

    function size(Queue storage queue) internal view returns (uint256) {
        return queue.segments.length - queue.head;
    }

    function first(Queue storage queue) internal view returns (Segment storage) {
        return queue.segments[queue.head];
    }

    function last(Queue storage queue) internal view returns (Segment storage) {
        return queue.segments[queue.segments.length - 1];
    }
}
