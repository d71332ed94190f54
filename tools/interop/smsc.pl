#!/usr/bin/perl
# An SMSC on Net::SMPP, for the interoperability tests. It has no opinion on what Noroshi should do: it says in JSON
# lines on standard output what came, decoded by Perl's Encode, and does what JSON lines on standard input ask.
# smsc.pl ACCOUNTS.json
use strict;
use warnings;
use Encode ();
use IO::Select;
use JSON::PP;
use Net::SMPP;
use POSIX qw(strftime);

my $json = JSON::PP->new->utf8->canonical;
open my $file, '<:raw', $ARGV[0] or die "$ARGV[0]: $!";
my $accounts = $json->decode(do { local $/; <$file> });
$| = 1;
$SIG{PIPE} = 'IGNORE';
$SIG{__WARN__} = sub { my $w = shift; print STDERR $w unless $w =~ /premature eof|Unknown tag/ };

sub say_event { print $json->encode({@_}), "\n" }

# Net::SMPP has no unknown command of its own; its way of sending is the same for all.
use constant UNKNOWN => 0x00000777;

# --- text ---

sub fill { my $header = shift; return (7 - ($header * 8) % 7) % 7 }

sub unpack_septets {
    my ($octets, $header) = @_;
    my $bits = substr unpack('b*', $octets), fill($header);
    my @septets = map { ord pack 'b8', $_ . '0' } $bits =~ /(.{7})/g;
    # A carriage return in the last septet, at the end of an octet, is padding.
    pop @septets if @septets && length($bits) % 7 == 0 && $septets[-1] == 0x0d;
    return pack 'C*', @septets;
}

sub pack_septets {
    my ($septets, $header) = @_;
    my $bits = '0' x fill($header) . join '', map { substr unpack('b8', $_), 0, 7 } split //, $septets;
    $bits .= substr unpack('b8', "\r"), 0, 7 if length($bits) % 8 == 1;
    return pack 'b*', $bits;
}

my %perl_name = (
    latin1 => 'iso-8859-1', ascii => 'ascii', ucs2 => 'UTF-16BE', utf8 => 'UTF-8', iso2022_jp => 'iso-2022-jp',
    shift_jis => 'shiftjis', euc_kr => 'euc-kr', euc_jp => 'euc-jp', iso8859_5 => 'iso-8859-5',
    iso8859_8 => 'iso-8859-8', tis620 => 'cp874', gbk => 'cp936', big5 => 'big5-eten', gsm7 => 'gsm0338',
    jis_x0212 => 'jis0212-raw',
);

sub write_text {
    my ($text, $charset) = @_;
    return "\xfe\xff" . Encode::encode('UTF-16BE', $text) if $charset eq 'ucs2_bom';
    return "\xff\xfe" . Encode::encode('UTF-16LE', $text) if $charset eq 'ucs2_le';
    return Encode::encode($perl_name{$charset}, $text, Encode::FB_CROAK);
}

sub read_text {
    my ($octets, $dcs, $alphabet, $header) = @_;
    my $name = 'gsm0338';
    if    ($dcs == 3)                { $name = 'iso-8859-1' }
    elsif ($dcs == 8 || $dcs == 0x18) { $name = 'UTF-16BE' }
    elsif ($alphabet eq 'latin1')    { $name = 'iso-8859-1' }
    elsif ($alphabet eq 'ascii')     { $name = 'ascii' }
    elsif ($alphabet eq 'gsm7_packed') { $octets = unpack_septets($octets, $header) }
    return Encode::decode($name, $octets);
}

# --- what comes from Noroshi ---

my $listener = Net::SMPP->new_listen('127.0.0.1', port => 0, smpp_version => 0x34) or die "listen: $!";
my $select = IO::Select->new($listener, \*STDIN);
my (%session, %pile, %tries);
my $next_id = 0x5a000000 + int rand 0x00ffffff;

sub name_of {
    my ($id, $form) = @_;
    return $id if $form eq 'dec';
    return sprintf '%012d', $id if $form eq 'padded';
    return sprintf '%064d', $id if $form eq 'long';
    return sprintf $form eq 'HEX' ? '%X' : '%x', $id;
}

# header_of finds the place of a part in its user data header.
sub header_of {
    my @rest = unpack 'C*', shift;
    while (@rest >= 2) {
        my ($element, $length) = splice @rest, 0, 2;
        my @data = splice @rest, 0, $length;
        return { by => 'udh', ref => $data[0], total => $data[1], seq => $data[2] } if $element == 0 && $length == 3;
        return { by => 'udh16', ref => $data[0] << 8 | $data[1], total => $data[2], seq => $data[3] }
            if $element == 8 && $length == 4;
    }
    return undef;
}

sub take {
    my ($s, $pdu, $status) = @_;
    my $short = $pdu->{short_message};
    my $payload = $pdu->{message_payload};
    my $body = length $short || !defined $payload ? $short : $payload;
    my $header = $pdu->{esm_class} & 0x40 && length $body ? 1 + ord $body : 0;
    my $place = $header ? header_of(substr $body, 1, $header - 1) : undef;
    if (defined $pdu->{sar_total_segments}) {
        $place = {
            by => 'sar', ref => unpack('n', $pdu->{sar_msg_ref_num}),
            total => unpack('C', $pdu->{sar_total_segments}), seq => unpack('C', $pdu->{sar_segment_seqnum}),
        };
    }
    say_event(
        event => 'submit', account => $s->{account}, from => $pdu->{source_addr}, to => $pdu->{destination_addr},
        source => [$pdu->{source_addr_ton}, $pdu->{source_addr_npi}],
        dest => [$pdu->{dest_addr_ton}, $pdu->{dest_addr_npi}], esm => $pdu->{esm_class}, dcs => $pdu->{data_coding},
        registered => $pdu->{registered_delivery}, status => $status, octets => unpack('H*', $short),
        defined $payload ? (payload => unpack 'H*', $payload) : (), place => $place,
        tlvs => { map { defined $pdu->{$_} ? (sprintf('%x', $_) => unpack 'H*', $pdu->{$_}) : () } 0x1400, 0x1401 },
    );
    return if $status;
    my $part = { octets => substr($body, $header), header => $header, dcs => $pdu->{data_coding} };
    my $to = $pdu->{destination_addr};
    my $by = defined $payload && !length $short ? 'payload' : $place ? $place->{by} : 'whole';
    return whole($s, $to, $by, $part) unless $place;
    my $key = join ',', $s->{account}, $to, @{$place}{qw(by ref total)};
    $pile{$key}[$place->{seq} - 1] = $part;
    return if grep({ defined } @{ $pile{$key} }) < $place->{total};
    whole($s, $to, $by, @{ delete $pile{$key} });
}

sub whole {
    my ($s, $to, $by, @parts) = @_;
    my $alphabet = $accounts->{ $s->{account} }{alphabet};
    my $dcs = $parts[0]{dcs};
    my $text;
    if ($alphabet eq 'gsm7_packed' && $dcs == 0) {
        $text = join '', map { read_text($_->{octets}, $dcs, $alphabet, $_->{header}) } @parts;
    } else {
        $text = read_text(join('', map { $_->{octets} } @parts), $dcs, $alphabet, 0);
    }
    say_event(event => 'text', account => $s->{account}, to => $to, by => $by, parts => scalar @parts, dcs => $dcs,
        text => $text);
}

sub on_submit {
    my ($s, $pdu) = @_;
    my $account = $accounts->{ $s->{account} };
    my $to = $pdu->{destination_addr};
    my $n = $tries{$to}++;
    my $own = $account->{numbers}{$to} || {};
    my %rule = (%{ $account->{rule} }, %$own, %{ $own->{each} && $own->{each}[$n] || {} });
    my $status = $rule{statuses} && $rule{statuses}[$n] || 0;
    take($s, $pdu, $status);
    if ($status) {
        return $s->{smpp}->generic_nack(seq => $pdu->{seq}, status => $status) if $rule{nack};
        return $s->{smpp}->submit_sm_resp(seq => $pdu->{seq}, status => $status, message_id => '');
    }
    my $id = $next_id++;
    my $report = sub {
        return if $rule{silent} || $pdu->{registered_delivery} == 0;
        receipt($s, $pdu, $id, %rule, esm => 0x20, stat => 'ENROUTE', state => 1) if $rule{enroute};
        receipt($s, $pdu, $id, %rule) for 1 .. $rule{times} || 1;
    };
    $report->() if $rule{early};
    $s->{smpp}->submit_sm_resp(seq => $pdu->{seq}, message_id => name_of($id, $rule{resp}));
    $report->() unless $rule{early};
}

sub receipt {
    my ($s, $pdu, $id, %rule) = @_;
    my $date = strftime '%y%m%d%H%M', gmtime;
    my $name = name_of($id, $rule{text} || 'hex');
    my $text = {
        full => "id:$name sub:$rule{sub} dlvrd:$rule{sub} submit date:$date done date:$date stat:$rule{stat} err:$rule{err} text:A",
        short => "Stat: $rule{stat} ID: $name",
        none => '',
    }->{ $rule{words} };
    $text = Encode::encode('UTF-16BE', $text) if $rule{in} eq 'ucs2';
    my @options = (
        source_addr_ton => 1, source_addr_npi => 1, source_addr => $pdu->{destination_addr},
        dest_addr_ton => $pdu->{source_addr_ton}, dest_addr_npi => $pdu->{source_addr_npi},
        destination_addr => $pdu->{source_addr}, esm_class => $rule{esm},
        data_coding => $rule{in} eq 'ucs2' ? 8 : 0,
        ($rule{in} =~ /payload|data_sm/ ? 'message_payload' : 'short_message') => $text,
    );
    if ($rule{tlv}) {
        push @options, receipted_message_id => name_of($id, $rule{tlv}) . "\0", message_state => chr $rule{state},
            network_error_code => pack 'Cn', 3, $rule{err};
    }
    my $to = $pdu->{destination_addr};
    deliver(way($s->{account}, 'in'), $rule{in} eq 'data_sm' ? 'data_sm' : 'deliver_sm', sub {
        say_event(event => 'receipt_resp', account => $s->{account}, to => $to, status => shift);
    }, @options);
}

# way finds the session of an account by which texts go in, or come out.
sub way {
    my ($account, $direction) = @_;
    my $avoid = $direction eq 'in' ? 'transmitter' : 'receiver';
    for my $s (values %session) {
        return $s if defined $s->{account} && $s->{account} eq $account && $s->{mode} ne $avoid;
    }
    die "no session of $account\n";
}

# deliver sends a deliver_sm or data_sm and calls back with the status of its response.
sub deliver {
    my ($s, $command, $then, @options) = @_;
    my $seq = $s->{smpp}->$command(@options, async => 1);
    $s->{waiting}{$seq} = $then;
}

# --- what the tests ask for ---

sub split_octets {
    my ($octets, $size) = @_;
    my @parts = unpack "(a$size)*", $octets;
    return @parts ? @parts : ('');
}

sub header {
    my ($by, $ref, $total, $seq) = @_;
    return pack 'C6', 5, 0, 3, $ref & 255, $total, $seq if $by eq 'udh' || $by eq 'data_sm_udh';
    return pack 'C3nCC', 6, 8, 4, $ref, $total, $seq if $by eq 'udh16';
    # An element for somebody else in front of the place.
    return pack 'C3nnC5', 11, 5, 4, 0x0b84, 0, 0, 3, $ref & 255, $total, $seq if $by eq 'udh_ports';
    # A national language table that the text makes no use of.
    return pack 'C4', 3, 0x24, 1, 1 if $by eq 'udh_shift';
    return '';
}

sub send_text {
    my $c = shift;
    my $s = way($c->{account}, 'in');
    my $size = $c->{size} || 100_000;
    my @parts;
    if ($c->{charset} eq 'gsm7_packed') {
        my $length = length header($c->{by}, 0, 1, 1);
        @parts = map { pack_septets(Encode::encode('gsm0338', $_), $length) } unpack "(a$size)*", $c->{text};
    } else {
        @parts = split_octets(write_text($c->{text}, $c->{charset}), $size);
    }
    my @order = 0 .. $#parts;
    @order = reverse @order if $c->{reverse};
    my $waiting = @parts;
    for my $i (@order) {
        my $header = header($c->{by}, $c->{ref}, scalar @parts, $i + 1);
        my @options = (
            source_addr_ton => $c->{ton}, source_addr_npi => 1, source_addr => $c->{from}, dest_addr_ton => 1,
            dest_addr_npi => 1, destination_addr => $c->{to}, data_coding => $c->{dcs},
            esm_class => $header eq '' ? 0 : 0x40,
            ($c->{by} =~ /payload|data_sm/ ? 'message_payload' : 'short_message') => $header . $parts[$i],
        );
        push @options, receipted_message_id => "$c->{id}\0" if $c->{id};
        push @options, sar_msg_ref_num => pack('n', $c->{ref}), sar_total_segments => chr @parts,
            sar_segment_seqnum => chr($i + 1) if $c->{by} eq 'sar';
        deliver($s, $c->{by} =~ /data_sm/ ? 'data_sm' : 'deliver_sm', sub {
            my $status = shift;
            say_event(event => 'done', account => $c->{account}, tag => $c->{tag}, status => $status)
                if --$waiting == 0 || $status;
        }, @options);
    }
}

sub ask {
    my ($c, $command) = @_;
    my $s = way($c->{account}, 'in');
    my $seq = $s->{smpp}->$command(async => 1);
    $s->{waiting}{$seq} = sub { say_event(event => 'done', tag => $c->{tag}, status => shift) };
}

sub Net::SMPP::interop_unknown { $_[0]->req_backend(UNKNOWN, '', @_) }

my %command = (
    text => \&send_text,
    enquire => sub { ask(shift, 'enquire_link') },
    unbind => sub { ask(shift, 'unbind') },
    unknown => sub { ask(shift, 'interop_unknown') },
    # A header that says it is longer than the text: what a careless SMSC sends.
    poison => sub {
        my $c = shift;
        deliver(way($c->{account}, 'in'), 'deliver_sm', sub { say_event(event => 'done', tag => $c->{tag}, status => shift) },
            source_addr_ton => 1, source_addr_npi => 1, source_addr => $c->{from}, destination_addr => $c->{to},
            esm_class => 0x40, data_coding => 0, short_message => "\x40\x00\x03\x41");
    },
    quit => sub { exit 0 },
);

# --- sessions ---

my %mode = (1 => 'receiver', 2 => 'transmitter', 9 => 'transceiver');

sub on_bind {
    my ($s, $pdu) = @_;
    my $mode = $mode{ $pdu->{cmd} };
    my $account = $accounts->{ $pdu->{system_id} };
    my $status = $account ? $account->{refuse} || 0 : 0x0f;
    $status = 0x0e if $status == 0 && $account->{password} ne $pdu->{password};
    say_event(event => 'bind', account => $pdu->{system_id}, mode => $mode, status => $status);
    my $answer = "bind_${mode}_resp";
    $s->{smpp}->$answer(seq => $pdu->{seq}, status => $status, system_id => 'interop',
        $status ? () : (sc_interface_version => chr 0x34));
    return drop($s) if $status;
    @{$s}{qw(account mode)} = ($pdu->{system_id}, $mode);
}

sub drop {
    my $s = shift;
    delete $session{ fileno $s->{smpp} };
    $select->remove($s->{smpp});
    close $s->{smpp};
}

sub on_pdu {
    my $s = shift;
    my $pdu = $s->{smpp}->read_pdu;
    return drop($s) unless $pdu;
    my ($cmd, $seq) = @{$pdu}{qw(cmd seq)};
    if ($mode{$cmd}) { return on_bind($s, $pdu) }
    if ($cmd == 4) { return on_submit($s, $pdu) }
    if ($cmd == 0x15) {
        say_event(event => 'enquire', account => $s->{account});
        return $s->{smpp}->enquire_link_resp(seq => $seq);
    }
    if ($cmd == 6) {
        say_event(event => 'unbind', account => $s->{account}, mode => $s->{mode});
        $s->{smpp}->unbind_resp(seq => $seq);
        return drop($s);
    }
    return say_event(event => 'error', message => sprintf 'unexpected command %08x', $cmd) unless $cmd & 0x80000000;
    say_event(event => 'nack', account => $s->{account}, status => $pdu->{status}) if $cmd == 0x80000000;
    my $then = delete $s->{waiting}{$seq};
    $then->($pdu->{status}) if $then;
    drop($s) if $cmd == 0x80000006;
}

my $input = '';

sub on_input {
    sysread(STDIN, $input, 65536, length $input) or exit 0;
    while ($input =~ s/^(.*)\n//) {
        my $c = $json->decode($1);
        eval { $command{ $c->{op} }->($c); 1 }
            or say_event(event => 'done', tag => $c->{tag}, status => -1, message => "$@");
    }
}

say_event(event => 'listening', port => $listener->sockport);
while (1) {
    for my $ready ($select->can_read) {
        if ($ready == $listener) {
            my $smpp = $listener->accept or next;
            $smpp->autoflush(1);
            $session{ fileno $smpp } = { smpp => $smpp };
            $select->add($smpp);
        } elsif (fileno $ready == 0) {
            on_input();
        } elsif (my $s = $session{ fileno $ready }) {
            on_pdu($s);
        }
    }
}
