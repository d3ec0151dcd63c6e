//! Parties, and signatures of each kind. The whole of it is tested with a software authenticator, in the portal's tests.

use super::*;

#[test]
fn passkeys_belong_to_a_host_by_name() {
    for (origin, id) in [
        ("https://portal.example", Some("portal.example")),
        ("https://portal.example:8443", Some("portal.example")),
        ("http://localhost:8080", Some("localhost")),
        ("http://127.0.0.1:8080", None),
        ("http://[::1]:8080", None),
        ("https://", None),
        ("portal.example", None),
    ] {
        assert_eq!(Party { origin }.id(), id, "{origin}");
    }
}

/// An RSA key of 2048 bits and its signature of `a message`, both made by openssl.
const MODULUS: &str = "8ad283c93dfd7ad0d6ac9e45d4462016252d15d68ba6de0ad71e871df481eac1e9e7bf71bce09a35b003c3c3f5d090850a8d\
     5b13f1cea68886e313af8f5900ccbd536b76d9fdf1f92744e96117f9fcc4da850c2a30a407533c84ff6c3c53cb7553a75a3d\
     96a87d07c8531c919f7c7ac92a702f2a2ef537ec833a4a1b867a8a10cdb23cc69cccb2575b15ae9038d6c68a93d74aacef69\
     48f4b5a419282310f57eca2bd7f82eee96a1a984dda0cc9d6238b3be08d95ea8d72218da4e201e6429d4382bedd6d6389cb7\
     df4996d7d71f9b235cc2adcddf85c764576f30c91b66defa9aee4b92c7a0254e7998d46c127b73ac2aaa9ad6fe8f135d7ebb\
     ed986fd6142d";
const SIGNATURE: &str = "20b30c0f44bec81ceabe9aade1d608ff9e9db242f3ac3dc14e83fa61808f01f69307106ace3d6000b7bea175ae29909578dd\
     16921aeaa9b7daabd21314123615c7f47e5fb13cdef80aa71478c84600094cdcd48cac4097e355d9affed63c9479c7d84fad\
     e5eae5e1a308d65a17be0afea3df652b785a5edd6ea6781acba89ddffdc933f0624bd26473b9f01774cdd59f09f7d348aea2\
     f486cdbb834352f7b1c2c739a3a1053608bebf2b5129f30c4205fb701b35b8e97c08130828b1b293a2737e8f3d288868a2d4\
     977f810ae14c028afc242aa26eaea89f0522b97ee33ffa0fac18d288b0db2ed86200417a5663fbaabca433317113b15da0e8\
     704cef66f44d";

#[test]
fn a_signature_of_each_kind_is_told_from_another() {
    let rsa = PublicKey::Rs256(unhex(MODULUS).unwrap(), vec![1, 0, 1]);
    let signature = unhex(SIGNATURE).unwrap();
    assert!(is_signed(&rsa, b"a message", &signature));
    assert!(!is_signed(&rsa, b"another", &signature));
    assert!(!is_signed(&rsa, b"a message", &signature[1..]));
    // RFC 8032, 7.1, test 2.
    let key = unhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c").unwrap();
    let signature = unhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d\
         291612bb0c00",
    );
    let edwards = PublicKey::Ed25519(key);
    assert!(is_signed(&edwards, &[0x72], &signature.clone().unwrap()));
    assert!(!is_signed(&edwards, &[0x73], &signature.unwrap()));
    let nobody = PublicKey::Es256(vec![4; 65]);
    assert!(!is_signed(&nobody, b"", b""), "no point of the curve");
}

#[test]
fn a_handle_says_nothing_and_is_always_the_same() {
    assert_eq!(handle(7), handle(7));
    assert_ne!(handle(7), handle(8));
    assert_eq!(handle(7).len(), 43);
}
