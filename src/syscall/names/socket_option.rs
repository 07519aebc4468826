//! Socket options of the protocols that are rarely met (their headers are linux/*.h).

use crate::syscall::row::Names;

/// Level, names of its options, and what stands behind one without a name.
#[rustfmt::skip]
pub static RARE: &[(u32, Names, &str)] = &[
    (101, &[
        (1, "CAN_RAW_FILTER"), (2, "CAN_RAW_ERR_FILTER"), (3, "CAN_RAW_LOOPBACK"), (4, "CAN_RAW_RECV_OWN_MSGS"),
        (5, "CAN_RAW_FD_FRAMES"), (6, "CAN_RAW_JOIN_FILTERS"),
    ], "CAN_RAW_???"),
    (256, &[(1, "IPX_TYPE")], "IPX_???"),
    (257, &[
        (1, "AX25_WINDOW"), (2, "AX25_T1"), (3, "AX25_N2"), (4, "AX25_T3"), (5, "AX25_T2"), (6, "AX25_BACKOFF"),
        (7, "AX25_EXTSEQ"), (8, "AX25_PIDINCL"), (9, "AX25_IDLE"), (10, "AX25_PACLEN"), (12, "AX25_IAMDIGI"),
    ], "AX25_???"),
    (266, &[
        (1, "IRLMP_ENUMDEVICES"), (2, "IRLMP_IAS_SET"), (3, "IRLMP_IAS_QUERY"), (4, "IRLMP_HINTS_SET"),
        (5, "IRLMP_QOS_SET"), (6, "IRLMP_QOS_GET"), (7, "IRLMP_MAX_SDU_SIZE"), (8, "IRLMP_IAS_GET"),
        (9, "IRLMP_IAS_DEL"), (10, "IRLMP_HINT_MASK_SET"), (11, "IRLMP_WAITDEVICE"),
    ], "IRLMP_???"),
    (268, &[
        (0, "LLC_OPT_UNKNOWN"), (1, "LLC_OPT_RETRY"), (2, "LLC_OPT_SIZE"), (3, "LLC_OPT_ACK_TMR_EXP"),
        (4, "LLC_OPT_P_TMR_EXP"), (5, "LLC_OPT_REJ_TMR_EXP"), (6, "LLC_OPT_BUSY_TMR_EXP"), (7, "LLC_OPT_TX_WIN"),
        (8, "LLC_OPT_RX_WIN"), (9, "LLC_OPT_PKTINFO"),
    ], "LLC_OPT_???"),
    (269, &[
        (1, "DCCP_SOCKOPT_PACKET_SIZE"), (2, "DCCP_SOCKOPT_SERVICE"), (3, "DCCP_SOCKOPT_CHANGE_L"),
        (4, "DCCP_SOCKOPT_CHANGE_R"), (5, "DCCP_SOCKOPT_GET_CUR_MPS"), (6, "DCCP_SOCKOPT_SERVER_TIMEWAIT"),
        (10, "DCCP_SOCKOPT_SEND_CSCOV"), (11, "DCCP_SOCKOPT_RECV_CSCOV"), (12, "DCCP_SOCKOPT_AVAILABLE_CCIDS"),
        (13, "DCCP_SOCKOPT_CCID"), (14, "DCCP_SOCKOPT_TX_CCID"), (15, "DCCP_SOCKOPT_RX_CCID"),
        (16, "DCCP_SOCKOPT_QPOLICY_ID"), (17, "DCCP_SOCKOPT_QPOLICY_TXQLEN"),
    ], "DCCP_SOCKOPT_???"),
    (271, &[
        (127, "TIPC_IMPORTANCE"), (128, "TIPC_SRC_DROPPABLE"), (129, "TIPC_DEST_DROPPABLE"), (130, "TIPC_CONN_TIMEOUT"),
        (131, "TIPC_NODE_RECVQ_DEPTH"), (132, "TIPC_SOCK_RECVQ_DEPTH"), (133, "TIPC_MCAST_BROADCAST"),
        (134, "TIPC_MCAST_REPLICAST"), (135, "TIPC_GROUP_JOIN"), (136, "TIPC_GROUP_LEAVE"),
        (137, "TIPC_SOCK_RECVQ_USED"), (138, "TIPC_NODELAY"),
    ], "TIPC_???"),
    (272, &[
        (1, "RXRPC_SECURITY_KEY"), (2, "RXRPC_SECURITY_KEYRING"), (3, "RXRPC_EXCLUSIVE_CONNECTION"),
        (4, "RXRPC_MIN_SECURITY_LEVEL"), (5, "RXRPC_UPGRADEABLE_SERVICE"), (6, "RXRPC_SUPPORTED_CMSG"),
    ], "RXRPC_???"),
    (273, &[
        (1, "PPPOL2TP_SO_DEBUG"), (2, "PPPOL2TP_SO_RECVSEQ"), (3, "PPPOL2TP_SO_SENDSEQ"), (4, "PPPOL2TP_SO_LNSMODE"),
        (5, "PPPOL2TP_SO_REORDERTO"),
    ], "PPPOL2TP_SO_???"),
    (274, &[
        (4, "BT_SECURITY"), (7, "BT_DEFER_SETUP"), (8, "BT_FLUSHABLE"), (9, "BT_POWER"), (10, "BT_CHANNEL_POLICY"),
        (11, "BT_VOICE"), (12, "BT_SNDMTU"), (13, "BT_RCVMTU"), (14, "BT_PHY"), (15, "BT_MODE"), (16, "BT_PKT_STATUS"),
        (17, "BT_ISO_QOS"), (19, "BT_CODEC"),
    ], "BT_???"),
    (275, &[(1, "PNPIPE_ENCAP"), (2, "PNPIPE_IFINDEX"), (3, "PNPIPE_HANDLE"), (4, "PNPIPE_INITSTATE")], "PNPIPE_???"),
    (276, &[
        (1, "RDS_CANCEL_SENT_TO"), (2, "RDS_GET_MR"), (3, "RDS_FREE_MR"), (5, "RDS_RECVERR"), (6, "RDS_CONG_MONITOR"),
        (7, "RDS_GET_MR_FOR_DEST"), (8, "SO_RDS_TRANSPORT"), (10, "SO_RDS_MSG_RXPATH_LATENCY"),
    ], "RDS_???"),
    (277, &[(0x80, "SO_IPRMDATA_MSG"), (0x1000, "SO_MSGLIMIT"), (0x2000, "SO_MSGSIZE")], "SO_???"),
    (278, &[(127, "CAIFSO_LINK_SELECT"), (128, "CAIFSO_REQ_PARAM")], "CAIFSO_???"),
    (280, &[
        (0, "NFC_LLCP_RW"), (1, "NFC_LLCP_MIUX"), (2, "NFC_LLCP_REMOTE_MIU"), (3, "NFC_LLCP_REMOTE_LTO"),
        (4, "NFC_LLCP_REMOTE_RW"),
    ], "NFC_LLCP_???"),
    (281, &[(1, "KCM_RECV_DISABLE")], "KCM_???"),
];
