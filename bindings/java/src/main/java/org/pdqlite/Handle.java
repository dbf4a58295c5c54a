package org.pdqlite;

import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;

/** Native memory of one object: freed once, never used afterwards, whatever threads do. */
final class Handle implements AutoCloseable {
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private final boolean shared;
    private final LongConsumer free;
    private long address;

    /**
     * @param shared calls may run side by side; else one at a time
     */
    Handle(long address, boolean shared, LongConsumer free) {
        this.address = address;
        this.shared = shared;
        this.free = free;
    }

    <T> T use(LongFunction<T> call) {
        refuseWithin();
        Lock held = shared ? lock.readLock() : lock.writeLock();
        held.lock();
        try {
            if (address == 0) {
                throw new IllegalStateException("used after close()");
            }
            return call.apply(address);
        } finally {
            held.unlock();
        }
    }

    /** What a call of this handle asked - a provider - may not use or close it: C is at work on it. */
    private void refuseWithin() {
        if (lock.isWriteLockedByCurrentThread()) {
            throw new IllegalStateException("used or closed inside a call of its own");
        }
    }

    /** Waits for calls that run; a second close does nothing. */
    @Override
    public void close() {
        refuseWithin();
        lock.writeLock().lock();
        try {
            if (address != 0) {
                free.accept(address);
                address = 0;
            }
        } finally {
            lock.writeLock().unlock();
        }
    }
}
