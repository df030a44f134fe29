# Time-stamping authorities that openssl makes, for tests. To be read by a shell in a folder of one's own:
#
#     WEB=http://127.0.0.1:8080 SUBJECT=/O=Test/CN= ; . tsa.sh
#
# writes tsa.cnf there, to which sections can be added, and defines functions that work below that folder. WEB is where
# certificates say that those of their issuers and the revocation lists are, SUBJECT what the names of all begin with.

export OPENSSL_CONF=/dev/null
tsa=$PWD
tsa_subject=${SUBJECT:-/CN=}
tsa_key="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
cat > tsa.cnf << END
[req]
distinguished_name = dn
prompt = no
[dn]
CN = unused
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[issuer]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
crlDistributionPoints = URI:${WEB:-http://crl.example}/root.crl
authorityInfoAccess = caIssuers;URI:${WEB:-http://crl.example}/root.der
[tsa]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
crlDistributionPoints = URI:${WEB:-http://crl.example}/int.crl
authorityInfoAccess = caIssuers;URI:${WEB:-http://crl.example}/int.der
[stamps]
serial = $tsa/serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256, sha384, sha512
ess_cert_id_alg = sha256
[crl]
database = $tsa/index.txt
default_md = sha256
default_crl_days = 30
crl_extensions = crl_ext
[crl_ext]
authorityKeyIdentifier = keyid
END
echo 01 > serial
: > index.txt
echo unique_subject=no > index.txt.attr

# root NAME: NAME.key and the certificate NAME.crt, signed by itself.
root() {
    openssl req -x509 $tsa_key -config tsa.cnf -keyout $1.key -out $1.crt -days 7300 -extensions root -set_serial 1 \
        -subj "$tsa_subject$1"
}

# issue NAME ISSUER SECTION NUMBER [REQUEST] [CERTIFICATE]: a certificate with the extensions of a section of tsa.cnf; the
# last two are options of `openssl req` and `openssl x509`, such as another key.
issue() {
    openssl req -new ${5:-$tsa_key -keyout $1.key} -config tsa.cnf -subj "$tsa_subject$1" -out $1.csr
    openssl x509 -req -in $1.csr -CA $2.crt -CAkey $2.key -set_serial $4 -days 3650 -out $1.crt -extfile tsa.cnf \
        -extensions $3 ${6:-}
}

# revocations ISSUER OUTPUT: its list, as PEM, with what index.txt says; the options behind these are of `openssl ca`.
revocations() {
    tsa_issuer=$tsa/$1 tsa_output=$2
    shift 2
    openssl ca -config "$tsa/tsa.cnf" -name crl -gencrl -keyfile $tsa_issuer.key -cert $tsa_issuer.crt \
        -out $tsa_output.pem "$@"
    openssl crl -in $tsa_output.pem -out $tsa_output
    rm $tsa_output.pem
}

# query FILE HASH OUTPUT: a request for a stamp over a file.
query() { openssl ts -query -config "$tsa/tsa.cnf" -data $1 -$2 -cert -out $3; }

# stamp SIGNER REQUEST OUTPUT [SECTION] [ISSUER]: the reply to a request; with an issuer its certificate goes in too.
stamp() {
    openssl ts -reply -config "$tsa/tsa.cnf" -section ${4:-stamps} -queryfile $2 -signer "$tsa/$1.crt" \
        -inkey "$tsa/$1.key" ${5:+-chain "$tsa/$5.crt"} -out $3
}
