from benchmarks._waits import Log, Waited, print_minutes


def test_a_soak_prints_every_minute_and_the_slopes_once_the_server_is_warm(capsys):
    log = Log()
    for minute in range(6):
        log.waits.append(Waited("own 1", 60 * minute + 30, first=False, seconds=1 + minute / 10))
        log.memory.append((60 * minute + 59, 9 if minute < 2 else 300 + 2 * minute, 100))
    print_minutes(log, "")
    said = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert said[5].startswith("| minute 5: memory; 95 % | 410 MB; 1.50 s |")
    assert said[6].startswith("| slope of the memory from minute 2 on | +2.00 MB a minute |")
    assert said[7].startswith("| slope of the 95 % from minute 2 on | +0.10 s a minute |")
